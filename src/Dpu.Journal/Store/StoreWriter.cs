using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Store;

/// <summary>
/// The one writer of the database: a thread with a connection of its own. All that waits is committed in one transaction, so that many
/// actors pay for one flush; between commits it brings the views up to date.
/// </summary>
/// <remarks>
/// The views are folded at once when a reader waits for them, else some milliseconds after a commit: what comes in between is folded with it, and an
/// append that follows at once does not wait behind them. A transaction of the views is not flushed to the disk: after a power failure they may be older than the journal, and are folded on from
/// their checkpoint. The next append's flush covers them anyway.
/// </remarks>
internal sealed class StoreWriter : IDisposable
{
    private const int GroupItemsMax = 4096;
    private static readonly TimeSpan ViewsWait = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Database _database;
    private readonly JournalWriter _journal;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly ITimer _viewsDue;
    private readonly ViewFeed _views;
    private readonly OrderingWaiters _head;
    private List<WriteItem> _waiting = [];
    private List<WriteItem> _taken = [];
    private bool _closing;

    public StoreWriter(Database database, IEventCodec codec, TimeProvider time)
    {
        _database = database;
        _time = time;
        _journal = new JournalWriter(database);
        _head = new OrderingWaiters(_journal.Head);
        _views = new ViewFeed(database, codec, time);
        _viewsDue = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new Thread(Run) { Name = "dpu-journal", IsBackground = true };
    }

    public OrderingWaiters Head => _head;

    /// <summary>How far the views are.</summary>
    public OrderingWaiters Views => _views.Reached;

    public void Start() => _thread.Start();

    public Task AppendAsync(string persistenceId, long expected, IReadOnlyList<object> events, EncodedEvent[] encoded) =>
        Enqueue(new WriteItem.Append(persistenceId, expected, events, encoded));

    public Task SaveSnapshotAsync(string persistenceId, long sequenceNr, EncodedEvent state) =>
        Enqueue(new WriteItem.SaveSnapshot(persistenceId, sequenceNr, state));

    /// <summary>Empties the views and folds the journal again; completes when they are caught up.</summary>
    public async Task RebuildViewsAsync(CancellationToken cancellationToken)
    {
        await Enqueue(new WriteItem.RebuildViews());
        await ViewsCaughtUpAsync(cancellationToken);
    }

    public Task ViewsCaughtUpAsync(CancellationToken cancellationToken)
    {
        var caughtUp = Views.WaitAsync(_head.Reached, cancellationToken);
        if (!caughtUp.IsCompleted)
        {
            // It may sleep, also after a failure: a reader's wish is the occasion to try.
            Wake();
        }

        return caughtUp;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_closing)
            {
                return;
            }

            _closing = true;
            _wake.Set();
        }

        _thread.Join();
        _viewsDue.Dispose();
        var closed = new JournalException($"The store '{_database.Path}' is closed.");
        _head.Close(closed);
        Views.Close(closed);
        _wake.Dispose();
        _database.Dispose();
    }

    private Task Enqueue(WriteItem item)
    {
        lock (_gate)
        {
            if (_closing)
            {
                return Task.FromException(new JournalException($"The store '{_database.Path}' is closed."));
            }

            _waiting.Add(item);
            if (_waiting.Count == 1)
            {
                // Whoever comes next finds it awake already.
                _wake.Set();
            }
        }

        return item.Done.Task;
    }

    private void Run()
    {
        while (true)
        {
            var (items, closing) = Take();
            foreach (var group in items.Chunk(GroupItemsMax))
            {
                Commit(group);
            }

            items.Clear();
            var more = FoldViews();
            if (!QueueIsEmpty())
            {
                continue;
            }

            if (closing)
            {
                return;
            }

            if (!more)
            {
                _wake.WaitOne();
            }
        }
    }

    /// <summary>Brings the views on when they are due; true when they are due again at once.</summary>
    private bool FoldViews()
    {
        var head = _head.Reached;
        if (!_views.Lags(head))
        {
            return false;
        }

        var wait = ViewsWait - _views.OldestWaits;
        if (wait > TimeSpan.Zero && !Views.Awaited)
        {
            _viewsDue.Change(wait, Timeout.InfiniteTimeSpan);
            return false;
        }

        _views.FoldSome(head);
        return _views.Lags(head) && !_views.Failed;
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (!_closing)
            {
                _wake.Set();
            }
        }
    }

    private (List<WriteItem> Items, bool Closing) Take()
    {
        lock (_gate)
        {
            (_taken, _waiting) = (_waiting, _taken);
            return (_taken, _closing);
        }
    }

    private bool QueueIsEmpty()
    {
        lock (_gate)
        {
            return _waiting.Count == 0;
        }
    }

    private void Commit(WriteItem[] group)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            _database.Prepare("BEGIN IMMEDIATE").Run();
            foreach (var item in group)
            {
                Write(item, now);
            }

            _database.Prepare("COMMIT").Run();
        }
        catch (Exception failure)
        {
            TakeBack(group, failure);
            return;
        }

        Complete(group);
    }

    private void Write(WriteItem item, long now)
    {
        try
        {
            switch (item)
            {
                case WriteItem.Append append:
                    _journal.Append(append.PersistenceId, append.Expected, append.Encoded, now);
                    append.LastOrdering = _journal.Head;
                    break;
                case WriteItem.SaveSnapshot save:
                    _journal.SaveSnapshot(save.PersistenceId, save.SequenceNr, save.State, now);
                    break;
                case WriteItem.RebuildViews:
                    _views.Empty();
                    break;
                default:
                    throw new InvalidOperationException($"The writer knows no {item.GetType().Name}.");
            }
        }
        catch (SequenceConflictException conflict)
        {
            // Checked before anything was written: the others in the group go on.
            item.Refused = conflict;
        }
    }

    private void Complete(WriteItem[] group)
    {
        _journal.Committed();
        foreach (var item in group)
        {
            if (item is WriteItem.Append { Refused: null } append)
            {
                _views.Offer(append);
            }
            else if (item is WriteItem.RebuildViews)
            {
                _views.Emptied();
            }
        }

        _head.Advance(_journal.Head);
        foreach (var item in group)
        {
            item.Finish();
        }
    }

    private void TakeBack(WriteItem[] group, Exception failure)
    {
        var reason = failure as JournalException ?? new JournalException($"'{_database.Path}' failed: {failure.Message}", failure);
        try
        {
            _database.RollBack();
        }
        catch (JournalException second)
        {
            reason = new JournalException($"{reason.Message} Taking the transaction back failed too: {second.Message}", failure);
        }

        _journal.RolledBack();
        _views.RolledBack();
        foreach (var item in group)
        {
            item.Fail(item.Refused ?? reason);
        }
    }
}
