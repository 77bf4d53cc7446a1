using Dpu.Journal.EventJournal;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Store;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Views;

/// <summary>
/// Brings committed events to the projector, in batches: from memory when they were written just now, else from the journal. Used by the writer's
/// thread alone.
/// </summary>
internal sealed class ViewFeed
{
    private const int TailEventsMax = 8192;
    private const int PageEventsMax = 256;
    private const int BatchEventsMax = 1024;
    private static readonly TimeSpan BatchTimeMax = TimeSpan.FromMilliseconds(10);

    private readonly Database _database;
    private readonly IEventCodec _codec;
    private readonly TimeProvider _time;
    private readonly Projector _projector;
    private readonly Queue<JournalEntry> _tail = new();
    private long _waitsSince;
    private long _lastOffered;

    public ViewFeed(Database database, IEventCodec codec, TimeProvider time)
    {
        _database = database;
        _codec = codec;
        _time = time;
        _projector = new Projector(database);
        Reached = new OrderingWaiters(_projector.Checkpoint);
        _waitsSince = time.GetTimestamp();
    }

    public OrderingWaiters Reached { get; }

    /// <summary>True after a batch failed, until one succeeds.</summary>
    public bool Failed { get; private set; }

    /// <summary>How long the oldest event that the views do not hold has been waiting.</summary>
    public TimeSpan OldestWaits => _time.GetElapsedTime(_waitsSince);

    public bool Lags(long head) => _projector.Checkpoint < head;

    /// <summary>Events that were committed just now: no need to read and decode them again.</summary>
    public void Offer(WriteItem.Append append)
    {
        var ordering = append.LastOrdering - append.Events.Count;
        if (_projector.Checkpoint == ordering)
        {
            _waitsSince = _time.GetTimestamp();
        }

        var last = _tail.Count > 0 ? _lastOffered : _projector.Checkpoint;
        if (last != ordering || _tail.Count + append.Events.Count > TailEventsMax)
        {
            return;
        }

        for (var index = 0; index < append.Events.Count; index++)
        {
            _tail.Enqueue(new JournalEntry(ordering + index + 1, append.PersistenceId, append.Expected + index + 1, append.Events[index]));
        }

        _lastOffered = append.LastOrdering;
    }

    /// <summary>Folds one batch in a transaction of its own.</summary>
    public void FoldSome(long head)
    {
        Exception? failure = null;
        _database.Execute("PRAGMA synchronous = NORMAL");
        try
        {
            _database.Transaction(() => Fold(head));
            _projector.Committed();
        }
        catch (Exception caught)
        {
            RolledBack();
            failure = caught;
        }
        finally
        {
            _database.Execute("PRAGMA synchronous = FULL");
        }

        Failed = failure is not null;
        if (failure is null)
        {
            Reached.Advance(_projector.Checkpoint);
        }
        else
        {
            Reached.Fail(new JournalException($"The views stand at event {_projector.Checkpoint} of {head}: {failure.Message}", failure));
        }
    }

    /// <summary>Empties the views, inside the caller's transaction.</summary>
    public void Empty() => _projector.Empty();

    /// <summary>The transaction of <see cref="Empty"/> was committed.</summary>
    public void Emptied()
    {
        _tail.Clear();
        _projector.Committed();
        Reached.Rewind(0);
    }

    public void RolledBack()
    {
        _tail.Clear();
        _projector.RolledBack();
    }

    private void Fold(long head)
    {
        var began = _time.GetTimestamp();
        for (var folded = 0; folded < BatchEventsMax && Lags(head) && _time.GetElapsedTime(began) < BatchTimeMax;)
        {
            if (_tail.TryPeek(out var next) && next.Ordering == _projector.Checkpoint + 1)
            {
                _projector.Apply(_tail.Dequeue());
                folded++;
            }
            else
            {
                _tail.Clear();
                var page = JournalRead.All(_database, _codec, _projector.Checkpoint, head, PageEventsMax);
                page.ForEach(_projector.Apply);
                folded += page.Count;
            }
        }

        _projector.Flush();
    }
}
