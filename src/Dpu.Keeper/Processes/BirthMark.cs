using Dpu.Keeper.Native;

namespace Dpu.Keeper.Processes;

/// <summary>
/// Covers the instant between a process's birth and its tag (<see cref="ProcessTag"/>), which only its parent can set, after the fact: on a busy
/// machine a shell may have started something by then. The personality of the thread that spawns is inherited from the first moment; of its
/// 32 bits twelve mean nothing to any kernel. They carry a key of the attempt, too short to tell it from all others for ever, long
/// enough to tell it from those that run.
/// </summary>
internal static class BirthMark
{
    /// <summary>How many keys there are.</summary>
    public const uint Keys = 0xFFF;

    private const uint LowBits = 0x1FF;
    private const int LowShift = 8;
    private const int HighShift = 28 - 9;
    private const uint Meaningless = (LowBits << LowShift) | (7u << 28);
    private const uint Query = 0xFFFF_FFFF;
    private static readonly uint s_own = (uint)Libc.Personality(Query) & ~Meaningless;

    /// <summary>Some container systems forbid the call; then the moment stays uncovered.</summary>
    public static bool IsUsable { get; } = Check();

    public static uint KeyOf(uint serial) => (serial % Keys) + 1;

    /// <summary>Marks what the calling thread spawns next.</summary>
    public static void Set(uint serial)
    {
        if (IsUsable)
        {
            var key = KeyOf(serial);
            _ = Libc.Personality(s_own | (key & LowBits) << LowShift | (key & ~LowBits) << HighShift);
        }
    }

    /// <summary>The thread has spawned: what else begins on it, a thread of the runtime perhaps, is nobody's.</summary>
    public static void Clear()
    {
        if (IsUsable)
        {
            _ = Libc.Personality(s_own);
        }
    }

    /// <summary>The key of a process; 0 when it has none or is gone.</summary>
    public static uint Read(int pid)
    {
        var persona = IsUsable ? ProcFiles.Personality(pid) & Meaningless : 0;
        return (persona >> LowShift & LowBits) | (persona >> HighShift & ~LowBits);
    }

    private static bool Check()
    {
        // On a thread of its own: a personality is a thread's, and is left behind with it. That thread must not touch this class, whose
        // initialization waits for it.
        var (works, marked) = (false, s_own | Meaningless);
        var probe = new Thread(
            () => works = Libc.Personality(marked) >= 0 && (uint)Libc.Personality(Query) == marked,
            64 << 10);
        probe.Start();
        probe.Join();
        return works;
    }
}
