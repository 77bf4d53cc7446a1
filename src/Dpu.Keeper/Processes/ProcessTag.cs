using System.Runtime.InteropServices;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Processes;

/// <summary>What a process's tag says about it.</summary>
internal enum TagAnswer
{
    Gone,
    Foreign,

    /// <summary>It belongs to this data directory; the serial says to which attempt, 0 when it was not told yet.</summary>
    Ours,

    /// <summary>A process of another user (perhaps a set-uid program that a recipe started) does not let us ask.</summary>
    Refused,
}

/// <summary>
/// A mark that a process hands on to everything it starts and that a new session, a cleared environment or a double fork do not wash
/// off: the soft limit of <c>RLIMIT_RTTIME</c>. It is unlimited on every system we know; a value of 146,000 years bounds nothing, has room
/// for 62 bits, is inherited through fork and exec, and reading it takes one call. The upper half names the data directory, the
/// lower half the attempt.
/// </summary>
internal sealed unsafe class ProcessTag
{
    private const int RealTimeLimit = 15;
    private const ulong Unlimited = ulong.MaxValue;
    private const ulong Marked = 1UL << 62;

    private readonly ulong _directory;
    private readonly ulong _hard;

    public ProcessTag(ulong directoryId)
    {
        _directory = Marked | ((directoryId & 0x3FFF_FFFF) << 32);
        ResourceLimit own;
        _hard = Libc.ProcessLimit(0, RealTimeLimit, null, &own) == 0 ? own.Hard : 0;
    }

    /// <summary>False where somebody limited real-time scheduling for us: sessions and environments must do then.</summary>
    public bool IsUsable => _hard == Unlimited;

    /// <summary>Marks this process, so that whatever it starts is ours from its first moment, before it has a serial.</summary>
    public void MarkKeeper() => Mark(0, 0);

    public void Mark(int pid, uint serial)
    {
        if (IsUsable)
        {
            var limit = new ResourceLimit { Soft = _directory | serial, Hard = _hard };
            _ = Libc.ProcessLimit(pid, RealTimeLimit, &limit, null);
        }
    }

    public TagAnswer Read(int pid, out uint serial)
    {
        serial = 0;
        ResourceLimit limit;
        if (Libc.ProcessLimit(pid, RealTimeLimit, null, &limit) == 0)
        {
            return Interpret(limit.Soft, out serial);
        }

        return Marshal.GetLastPInvokeError() == Errno.NoProcess ? TagAnswer.Gone : TagAnswer.Refused;
    }

    /// <summary>The slow way, for those that refuse the other: the file is open to everybody.</summary>
    public TagAnswer ReadFile(int pid, out uint serial) => Interpret(ProcFiles.RealTimeLimit(pid), out serial);

    private TagAnswer Interpret(ulong soft, out uint serial)
    {
        var ours = (soft & 0xFFFF_FFFF_0000_0000) == _directory;
        serial = ours ? (uint)soft : 0;
        return ours ? TagAnswer.Ours : TagAnswer.Foreign;
    }
}
