using System.Runtime.InteropServices;

namespace Dpu.Cluster.Links;

/// <summary>The time since the host was booted, on a clock that nobody sets and that runs through suspend: <c>CLOCK_BOOTTIME</c>, the same in every process of the host.</summary>
public static partial class BootClock
{
    private const int BootTime = 7;

    public static TimeSpan Now => GetTime(BootTime, out var time) == 0
        ? TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick))
        : throw new InvalidOperationException("The kernel does not tell the time since it was booted.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out KernelTime time);

    [StructLayout(LayoutKind.Sequential)]
    private struct KernelTime
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
