using System.Diagnostics.CodeAnalysis;

namespace Dpu.Kernel;

internal sealed class ActorTimers<TMessage>(ActorCell<TMessage> cell, bool closed) : ITimers<TMessage>
    where TMessage : class
{
    private readonly Dictionary<object, Entry> _entries = [];
    private readonly ActorCell<TMessage> _cell = cell;
    private bool _closed = closed;

    public void StartSingle(object key, TMessage message, TimeSpan delay) =>
        Start(key, message, delay < TimeSpan.Zero ? TimeSpan.Zero : delay, Timeout.InfiniteTimeSpan);

    public void StartPeriodic(object key, TMessage message, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        Start(key, message, interval, interval);
    }

    public void Cancel(object key)
    {
        if (_entries.Remove(key, out var entry))
        {
            entry.Cancel();
        }
    }

    public bool IsActive(object key) => _entries.ContainsKey(key);

    /// <summary>Ends all timers for good: the instance is on its way out.</summary>
    public void Close()
    {
        _closed = true;
        foreach (var entry in _entries.Values)
        {
            entry.Cancel();
        }

        _entries.Clear();
    }

    private void Start(object key, TMessage message, TimeSpan due, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(message);
        Cancel(key);
        if (_closed)
        {
            return;
        }

        var entry = new Entry(this, key, message, isSingle: period == Timeout.InfiniteTimeSpan);
        _entries.Add(key, entry);
        entry.Start(due, period);
    }

    /// <summary>One timer; it goes through the mailbox itself, so that cancelling it also reaches it there.</summary>
    private sealed class Entry(ActorTimers<TMessage> timers, object key, TMessage message, bool isSingle) : Envelope<TMessage>
    {
        private ITimer? _timer;
        private bool _cancelled;
        private int _waiting;

        public void Start(TimeSpan due, TimeSpan period) =>
            _timer = timers._cell.System.Time.CreateTimer(static e => ((Entry)e!).Fire(), this, due, period);

        public void Cancel()
        {
            _cancelled = true;
            _timer?.Dispose();
        }

        public override bool TryOpen([NotNullWhen(true)] out TMessage? opened)
        {
            Volatile.Write(ref _waiting, 0);
            opened = _cancelled ? null : message;
            if (isSingle && !_cancelled)
            {
                timers.Cancel(key);
            }

            return opened is not null;
        }

        /// <summary>On the clock's thread.</summary>
        private void Fire()
        {
            if (Interlocked.Exchange(ref _waiting, 1) == 0)
            {
                timers._cell.Enqueue(this);
            }
        }
    }
}
