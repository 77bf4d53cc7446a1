using System.Runtime.InteropServices;

namespace Dpu.Keeper.Native;

/// <summary>One descriptor to wait for (<c>struct pollfd</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int Descriptor;
    public short Wanted;
    public short Happened;
}

/// <summary>A time of one of the system's clocks (<c>struct timespec</c> on 64-bit systems).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>When a timer fires (<c>struct itimerspec</c>); all zero for never.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimerSetting
{
    public TimeSpec Interval;
    public TimeSpec First;
}

/// <summary>A soft and a hard limit (<c>struct rlimit</c> on 64-bit systems).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}

/// <summary>What a process used (<c>struct rusage</c> on 64-bit systems); only the fields that are read here have names.</summary>
[StructLayout(LayoutKind.Sequential, Size = 144)]
internal struct ResourceUsage
{
    public long UserSeconds;
    public long UserMicroseconds;
    public long SystemSeconds;
    public long SystemMicroseconds;
    public long MaxRssKibibytes;

    public readonly double CpuSeconds => UserSeconds + SystemSeconds + ((UserMicroseconds + SystemMicroseconds) / 1e6);
}

/// <summary>Who is at the other end of a Unix socket (<c>struct ucred</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PeerCredentials
{
    public int ProcessId;
    public uint UserId;
    public uint GroupId;
}
