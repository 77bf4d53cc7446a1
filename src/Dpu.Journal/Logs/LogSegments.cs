using System.Globalization;
using System.Runtime.InteropServices;
using Dpu.Journal.Store;
using Microsoft.Win32.SafeHandles;

namespace Dpu.Journal.Logs;

/// <summary>Where a block stands.</summary>
internal readonly record struct BlockPlace(int Segment, long Offset, int Length);

/// <summary>The files of the logs: numbered from 1, written at the end of the last one, never changed before it. Written by one thread.</summary>
internal sealed partial class LogSegments : IDisposable
{
    private const int OpenReadOnly = 0;
    private const int OpenCloseOnExec = 0x80000;

    private readonly string _folder;
    private readonly long _bytesMax;
    private SafeFileHandle? _current;

    public LogSegments(string folder, long bytesMax)
    {
        _folder = folder;
        _bytesMax = bytesMax;
        DataDirectory.CreateFolder(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*.log"))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                Last = Math.Max(Last, number);
            }
        }
    }

    /// <summary>The number of the segment that is written to; 0 before the first.</summary>
    public int Last { get; private set; }

    /// <summary>Where the next block goes.</summary>
    public long End { get; private set; }

    public string PathOf(int segment) => Path.Combine(_folder, segment.ToString("D8", CultureInfo.InvariantCulture) + ".log");

    /// <summary>Length of a segment in bytes; 0 when it is not there.</summary>
    public long LengthOf(int segment) => new FileInfo(PathOf(segment)) is { Exists: true } file ? file.Length : 0;

    public SafeFileHandle OpenRead(int segment) => File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    /// <summary>Goes on in the last segment, after what is whole in it; what stands behind is cut off.</summary>
    public void ContinueAt(long end)
    {
        if (Last > 0)
        {
            _current = File.OpenHandle(PathOf(Last), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.SetLength(_current, end);
            End = end;
        }
    }

    /// <summary>Puts a block at the end and on the disk. When that fails nothing of it is left, and the next one takes its place.</summary>
    public BlockPlace Write(byte[] block)
    {
        if (_current is null || (End > 0 && End + block.Length > _bytesMax))
        {
            Begin(Last + 1);
        }

        try
        {
            RandomAccess.Write(_current!, block, End);
            RandomAccess.FlushToDisk(_current!);
        }
        catch
        {
            RandomAccess.SetLength(_current!, End);
            throw;
        }

        var place = new BlockPlace(Last, End, block.Length);
        End += block.Length;
        return place;
    }

    /// <summary>Takes back the last block: it could not be indexed.</summary>
    public void TakeBack(BlockPlace place)
    {
        End = place.Offset;
        RandomAccess.SetLength(_current!, End);
    }

    public void Dispose() => _current?.Dispose();

    private void Begin(int segment)
    {
        DataDirectory.CreateFile(PathOf(segment));
        var next = File.OpenHandle(PathOf(segment), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        FlushFolder(_folder);
        _current?.Dispose();
        _current = next;
        Last = segment;
        End = 0;
    }

    /// <summary>A new file's name is durable only with its folder.</summary>
    private static void FlushFolder(string folder)
    {
        using var handle = Open(folder, OpenReadOnly | OpenCloseOnExec);
        if (handle.IsInvalid || FSync(handle) != 0)
        {
            throw new IOException($"'{folder}' cannot be flushed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle handle);
}
