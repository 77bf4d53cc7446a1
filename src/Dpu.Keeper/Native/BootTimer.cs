namespace Dpu.Keeper.Native;

/// <summary>
/// A descriptor that becomes readable at a time of CLOCK_BOOTTIME. Time-outs of the calls that wait do not run while the host is suspended; this fires
/// when it wakes.
/// </summary>
internal sealed unsafe class BootTimer : IDisposable
{
    private const int Absolute = 1;
    private const long NanosecondsPerTick = 100;

    public BootTimer()
    {
        Descriptor = Libc.TimerDescriptor(Clocks.Boot, OpenFlags.NonBlocking | OpenFlags.CloseOnExec);
        if (Descriptor < 0)
        {
            throw Descriptors.Failure("Cannot create a timer");
        }
    }

    public int Descriptor { get; }

    /// <summary>Fires then, instead of when it was to fire before; at once when that is past.</summary>
    public void Set(TimeSpan at)
    {
        // Zero would mean never.
        var ticks = Math.Max(at.Ticks, 1);
        var setting = new TimerSetting
        {
            First = new TimeSpec { Seconds = ticks / TimeSpan.TicksPerSecond, Nanoseconds = ticks % TimeSpan.TicksPerSecond * NanosecondsPerTick },
        };
        if (Libc.SetTimer(Descriptor, Absolute, &setting, null) != 0)
        {
            throw Descriptors.Failure("Cannot set a timer");
        }
    }

    /// <summary>It has fired and was heard.</summary>
    public void Clear()
    {
        Span<byte> times = stackalloc byte[8];
        _ = Descriptors.Read(Descriptor, times);
    }

    public void Dispose() => Descriptors.Close(Descriptor);
}
