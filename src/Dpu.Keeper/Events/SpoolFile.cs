using System.Buffers.Binary;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Events;

/// <summary>
/// Frames in a file, written at its end and read back from its beginning. It needs no sync to disk: it is of use only while the keeper
/// that wrote it lives.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly string _path;
    private readonly int _descriptor;
    private long _readOffset;

    private SpoolFile(string path, int descriptor) => (_path, _descriptor) = (path, descriptor);

    public int Count { get; private set; }

    public long WrittenBytes { get; private set; }

    /// <summary>A new file, or null when the disk does not take one.</summary>
    public static SpoolFile? TryCreate(string path)
    {
        var flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Truncate | OpenFlags.Append | OpenFlags.CloseOnExec;
        var descriptor = Libc.Open(path, flags, 0x180);
        return descriptor < 0 ? null : new SpoolFile(path, descriptor);
    }

    /// <summary>False when the disk did not take it: the file is then as it was before.</summary>
    public bool TryAppend(ReadOnlySpan<byte> frame)
    {
        if (Descriptors.WriteAll(_descriptor, frame) != 0)
        {
            _ = Libc.Truncate(_descriptor, WrittenBytes);
            return false;
        }

        WrittenBytes += frame.Length;
        Count++;
        return true;
    }

    public byte[] ReadFirst()
    {
        Span<byte> length = stackalloc byte[4];
        Read(length, _readOffset);
        var frame = new byte[4 + BinaryPrimitives.ReadInt32LittleEndian(length)];
        Read(frame, _readOffset);
        _readOffset += frame.Length;
        Count--;
        return frame;
    }

    public void Dispose()
    {
        Descriptors.Close(_descriptor);
        File.Delete(_path);
    }

    private unsafe void Read(Span<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            var done = 0;
            while (done < bytes.Length)
            {
                var count = Libc.ReadAt(_descriptor, start + done, bytes.Length - done, offset + done);
                if (count <= 0)
                {
                    // Reports that are gone can never be made good: the keeper ends itself, and the next one starts clean.
                    throw Descriptors.Failure($"Cannot read back {_path}");
                }

                done += (int)count;
            }
        }
    }
}
