namespace Dpu.Journal.Store;

/// <summary>A number that only rises, and those who wait for it to reach theirs. Safe for many threads.</summary>
internal sealed class OrderingWaiters
{
    private readonly Lock _gate = new();
    private readonly List<(long Ordering, TaskCompletionSource Reached)> _waiting = [];
    private long _reached;
    private Exception? _closed;

    public OrderingWaiters(long reached) => _reached = reached;

    public long Reached => Volatile.Read(ref _reached);

    /// <summary>Whether somebody waits.</summary>
    public bool Awaited
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count > 0;
            }
        }
    }

    public Task WaitAsync(long ordering, CancellationToken cancellationToken)
    {
        if (ordering <= Reached)
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource reached;
        lock (_gate)
        {
            if (ordering <= Reached)
            {
                return Task.CompletedTask;
            }

            if (_closed is not null)
            {
                return Task.FromException(_closed);
            }

            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((ordering, reached));
        }

        return reached.Task.WaitAsync(cancellationToken);
    }

    public void Advance(long ordering)
    {
        lock (_gate)
        {
            Volatile.Write(ref _reached, ordering);
            _waiting.RemoveAll(waiter => waiter.Ordering <= ordering && waiter.Reached.TrySetResult());
        }
    }

    /// <summary>Starts again from a lower number: those who wait go on waiting.</summary>
    public void Rewind(long ordering) => Volatile.Write(ref _reached, ordering);

    /// <summary>Tells those who wait now that it did not work; later ones may try again.</summary>
    public void Fail(Exception reason)
    {
        lock (_gate)
        {
            _waiting.ForEach(waiter => waiter.Reached.TrySetException(reason));
            _waiting.Clear();
        }
    }

    /// <summary>Nothing will rise any more.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed = reason;
        }

        Fail(reason);
    }
}
