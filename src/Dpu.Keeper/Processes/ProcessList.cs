using System.Buffers.Binary;
using System.Buffers.Text;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Processes;

/// <summary>Which processes there are, and which number the kernel gave out last.</summary>
internal sealed unsafe class ProcessList : IDisposable
{
    private readonly int _proc;
    private readonly int _load;
    private readonly byte[] _entries = new byte[32 << 10];

    public ProcessList()
    {
        _proc = Libc.Open("/proc", OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
        _load = Libc.Open("/proc/loadavg", OpenFlags.ReadOnly | OpenFlags.CloseOnExec, 0);
        if (_proc < 0)
        {
            throw Descriptors.Failure("Cannot read /proc");
        }

        LastPidIsTrue = CheckLastPid();
    }

    /// <summary>Some container systems put a <c>/proc/loadavg</c> of their own in front of the kernel's.</summary>
    public bool LastPidIsTrue { get; }

    /// <summary>The number that was given to a process or thread last.</summary>
    public int LastPid()
    {
        Span<byte> buffer = stackalloc byte[128];
        fixed (byte* start = buffer)
        {
            var length = (int)Libc.ReadAt(_load, start, buffer.Length, 0);
            var text = buffer[..Math.Max(length, 0)].TrimEnd((byte)'\n');
            return Utf8Parser.TryParse(text[(text.LastIndexOf((byte)' ') + 1)..], out int pid, out _) ? pid : 0;
        }
    }

    /// <summary>All processes, in the order of their numbers.</summary>
    public void ReadAll(List<int> pids)
    {
        pids.Clear();
        _ = Libc.Seek(_proc, 0, 0);
        fixed (byte* start = _entries)
        {
            while (Libc.ReadDirectory(_proc, start, _entries.Length) is var length and > 0)
            {
                AddNumbers(_entries.AsSpan(0, (int)length), pids);
            }
        }
    }

    public void Dispose()
    {
        Descriptors.Close(_proc);
        Descriptors.Close(_load);
    }

    private static void AddNumbers(ReadOnlySpan<byte> entries, List<int> pids)
    {
        // struct linux_dirent64: inode (8), offset (8), length of the entry (2), type (1), name.
        const int LengthOffset = 16;
        const int NameOffset = 19;
        while (entries.Length > NameOffset)
        {
            var name = entries[NameOffset..];
            if (Utf8Parser.TryParse(name, out int pid, out var digits) && name[digits] == 0)
            {
                pids.Add(pid);
            }

            entries = entries[BinaryPrimitives.ReadUInt16LittleEndian(entries[LengthOffset..])..];
        }
    }

    private bool CheckLastPid()
    {
        if (_load < 0)
        {
            return false;
        }

        var before = LastPid();
        var thread = 0;
        var probe = new Thread(() => thread = Libc.ThreadId(), 64 << 10);
        probe.Start();
        probe.Join();
        var after = LastPid();
        return after != before && (after >= thread || after < before);
    }
}
