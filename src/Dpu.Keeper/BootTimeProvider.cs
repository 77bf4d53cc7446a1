using Dpu.Keeper.Native;

namespace Dpu.Keeper;

/// <summary>
/// The system's time, whose time stamps run through suspend: they count from the host's start (CLOCK_BOOTTIME) and are the same in all its processes. Leases
/// (<see cref="Dpu.Domain.Execution.IProcessLauncher.Lease"/>) are times of this clock: <c>GetElapsedTime(0)</c> is now.
/// </summary>
/// <remarks>For time stamps only: its timers are the system's, which do not run while the host is suspended.</remarks>
public sealed class BootTimeProvider : TimeProvider
{
    private const long NanosecondsPerTick = 100;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override unsafe long GetTimestamp()
    {
        TimeSpec now;
        return Libc.ClockTime(Clocks.Boot, &now) == 0
            ? (now.Seconds * TimeSpan.TicksPerSecond) + (now.Nanoseconds / NanosecondsPerTick)
            : throw new InvalidOperationException("This system has no clock that runs through suspend.");
    }
}
