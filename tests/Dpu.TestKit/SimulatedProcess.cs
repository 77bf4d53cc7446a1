using Dpu.Kernel;

namespace Dpu.TestKit;

/// <summary>
/// One operating-system process of a simulation: the dispatcher and the clock that everything in it uses. When it is
/// killed, its work never runs again and its timers never fire; nobody in it is told.
/// </summary>
public sealed class SimulatedProcess : IDispatcher
{
    private readonly DeterministicDispatcher _dispatcher;
    private readonly VirtualTime _time;

    internal SimulatedProcess(string name, int number, DeterministicDispatcher dispatcher, VirtualTime time)
    {
        Name = name;
        Number = number;
        _dispatcher = dispatcher;
        _time = time;
        Time = new ProcessTime(this, time);
    }

    public string Name { get; }

    public bool IsDead { get; private set; }

    /// <summary>Whether it is stopped as by SIGSTOP: what comes to it, also from its timers, waits until it goes on.</summary>
    public bool IsFrozen => Parked is not null;

    /// <summary>Which of the simulation's processes it is, counted from 1.</summary>
    internal int Number { get; }

    /// <summary>What waits while it is stopped.</summary>
    internal List<DeterministicDispatcher.Item>? Parked { get; private set; }

    /// <summary>The clock of the simulation; its timers die with this process.</summary>
    public TimeProvider Time { get; }

    public void Schedule(Action work)
    {
        if (!IsDead)
        {
            _dispatcher.Schedule(work, this);
        }
    }

    /// <summary>Runs <paramref name="work"/> in this process after <paramref name="delay"/> of virtual time, unless it has died by then.</summary>
    public void Schedule(TimeSpan delay, Action work)
    {
        if (delay <= TimeSpan.Zero)
        {
            Schedule(work);
        }
        else if (!IsDead)
        {
            _time.CreateTimer(work, delay, this);
        }
    }

    /// <summary>Stops it as SIGSTOP does. The clock goes on, and so do those that send to it.</summary>
    public void Freeze()
    {
        if (!IsDead && !IsFrozen)
        {
            Parked = _dispatcher.Park(this);
        }
    }

    /// <summary>Lets it go on as SIGCONT does: all that came meanwhile is there at once.</summary>
    public void Thaw()
    {
        if (Parked is { } parked)
        {
            Parked = null;
            _dispatcher.Release(parked);
        }
    }

    /// <summary>
    /// Ends the process as <c>kill -9</c> does. Called from the process's own code it takes effect when the step that is
    /// running ends.
    /// </summary>
    public void Kill()
    {
        IsDead = true;
        Parked = null;
        _dispatcher.Forget(this);
        _time.Forget(this);
    }

    private sealed class ProcessTime(SimulatedProcess process, VirtualTime time) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period, process);
    }
}
