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

    internal SimulatedProcess(string name, DeterministicDispatcher dispatcher, VirtualTime time)
    {
        Name = name;
        _dispatcher = dispatcher;
        _time = time;
        Time = new ProcessTime(this, time);
    }

    public string Name { get; }

    public bool IsDead { get; private set; }

    /// <summary>The clock of the simulation; its timers die with this process.</summary>
    public TimeProvider Time { get; }

    public void Schedule(Action work)
    {
        if (!IsDead)
        {
            _dispatcher.Schedule(work, this);
        }
    }

    /// <summary>
    /// Ends the process as <c>kill -9</c> does. Called from the process's own code it takes effect when the step that is
    /// running ends.
    /// </summary>
    internal void Kill()
    {
        IsDead = true;
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
