namespace Dpu.TestKit;

/// <summary>
/// A clock that stands still until somebody moves it. Its timers fire only when it is moved to or past their time, in the
/// order of their times.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    /// <summary>When every run begins: the night of the WFI frames in the examples.</summary>
    public static readonly DateTimeOffset Start = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<VirtualTimer, (long Due, long Number)> _queue = new();
    private readonly Action<Action, SimulatedProcess?> _run;
    private readonly ThreadGuard _guard;
    private long _now;
    private long _numbers;

    /// <summary>A clock that runs its timers' callbacks at once, while it is moved.</summary>
    public VirtualTime()
        : this(static (callback, _) => callback(), new ThreadGuard())
    {
    }

    internal VirtualTime(Action<Action, SimulatedProcess?> run, ThreadGuard guard)
    {
        _run = run;
        _guard = guard;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How long the clock has been moved in all.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    /// <summary>When the next timer is due, as time since the start; null for none.</summary>
    public TimeSpan? NextTimer
    {
        get
        {
            DropCancelled();
            return _queue.TryPeek(out _, out var priority) ? TimeSpan.FromTicks(priority.Due) : null;
        }
    }

    public override DateTimeOffset GetUtcNow() => Start + Elapsed;

    public override long GetTimestamp() => _now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        CreateTimer(callback, state, dueTime, period, owner: null);

    /// <summary>Moves the clock to the next timer and fires all that are due then; false when there is none.</summary>
    public bool AdvanceToNextTimer()
    {
        if (NextTimer is not { } due)
        {
            return false;
        }

        AdvanceTo(due);
        return true;
    }

    /// <summary>Moves the clock, firing what comes due on the way, each at its own time.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = Elapsed + by;
        while (NextTimer is { } due && due <= end)
        {
            AdvanceTo(due);
        }

        _now = end.Ticks;
    }

    internal ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period, SimulatedProcess? owner)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _guard.Check("A timer was made");
        var timer = new VirtualTimer(this, () => callback(state), owner);
        timer.Change(dueTime, period);
        return timer;
    }

    internal void CreateTimer(Action callback, TimeSpan dueTime, SimulatedProcess? owner)
    {
        _guard.Check("A timer was made");
        new VirtualTimer(this, callback, owner).Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    internal void Forget(SimulatedProcess owner)
    {
        foreach (var (timer, _) in _queue.UnorderedItems)
        {
            if (ReferenceEquals(timer.Owner, owner))
            {
                timer.Dispose();
            }
        }
    }

    internal void MoveTo(TimeSpan elapsed) => _now = Math.Max(_now, elapsed.Ticks);

    private void AdvanceTo(TimeSpan due)
    {
        _guard.Check("The clock was moved");
        MoveTo(due);
        while (_queue.TryPeek(out var timer, out var priority) && priority.Due <= due.Ticks)
        {
            _queue.Dequeue();
            timer.FireIf(priority.Number);
        }
    }

    private void DropCancelled()
    {
        while (_queue.TryPeek(out var timer, out var priority) && !timer.IsArmed(priority.Number))
        {
            _queue.Dequeue();
        }
    }

    private long Enqueue(VirtualTimer timer, TimeSpan dueTime)
    {
        var number = ++_numbers;
        _queue.Enqueue(timer, (_now + Math.Max(0, dueTime.Ticks), number));
        return number;
    }

    /// <summary>A queued entry counts only while its number is the timer's newest: changing a timer makes the old entry void.</summary>
    private sealed class VirtualTimer(VirtualTime time, Action callback, SimulatedProcess? owner) : ITimer
    {
        private long _armed;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _disposed;

        public SimulatedProcess? Owner { get; } = owner;

        public bool IsArmed(long number) => !_disposed && _armed == number;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time._guard.Check("A timer was changed");
            if (_disposed || Owner is { IsDead: true })
            {
                return false;
            }

            // .NET treats a period of zero as none.
            _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
            _armed = dueTime == Timeout.InfiniteTimeSpan ? 0 : time.Enqueue(this, dueTime);
            return true;
        }

        public void FireIf(long number)
        {
            if (!IsArmed(number))
            {
                return;
            }

            _armed = _period == Timeout.InfiniteTimeSpan ? 0 : time.Enqueue(this, _period);
            time._run(RunUnlessDisposed, Owner);
        }

        public void Dispose()
        {
            _disposed = true;
            _armed = 0;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void RunUnlessDisposed()
        {
            if (!_disposed)
            {
                callback();
            }
        }
    }
}
