using System.Runtime.CompilerServices;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.EventJournal;

/// <summary>
/// A journal in memory for simulations and tests: every call completes before it returns, on the caller's thread, so that the order of
/// things is the caller's. Used by one thread at a time.
/// </summary>
public sealed class MemoryEventJournal : IEventJournal, IJournalReader
{
    private readonly IEventCodec? _codec;
    private readonly List<Stored> _all = [];
    private readonly Dictionary<string, List<int>> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long SequenceNr, Stored State)> _snapshots = new(StringComparer.Ordinal);
    private readonly List<(long Ordering, TaskCompletionSource Reached)> _waiters = [];

    /// <param name="codec">Translates what is stored, as a database would need it; null keeps the (immutable) events as they are.</param>
    public MemoryEventJournal(IEventCodec? codec = null) => _codec = codec;

    public long HeadOrdering => _all.Count;

    public Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        AppendArguments.Check(persistenceId, expectedSequenceNr, events);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        if (!_byId.TryGetValue(persistenceId, out var own))
        {
            _byId.Add(persistenceId, own = []);
        }

        if (own.Count != expectedSequenceNr)
        {
            return Task.FromException(new SequenceConflictException(persistenceId, expectedSequenceNr, own.Count));
        }

        // All are encoded before one is kept: an event without a name leaves nothing behind.
        var stored = events.Select((item, index) => Store(persistenceId, expectedSequenceNr + index + 1, item)).ToArray();
        foreach (var item in stored)
        {
            own.Add(_all.Count);
            _all.Add(item);
        }

        Announce();
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<PersistedEvent> ReadAsync(
        string persistenceId,
        long fromSequenceNr,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_byId.TryGetValue(persistenceId, out var own))
        {
            yield break;
        }

        for (var number = Math.Max(fromSequenceNr, 1); number <= own.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new PersistedEvent(number, Load(_all[own[(int)number - 1]]));
        }

        await Task.CompletedTask;
    }

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_snapshots.TryGetValue(persistenceId, out var snapshot))
        {
            return Task.FromResult<Snapshot?>(null);
        }

        try
        {
            return Task.FromResult<Snapshot?>(new Snapshot(snapshot.SequenceNr, Load(snapshot.State)));
        }
        catch (JournalException)
        {
            // A state of an older form: the events tell the same.
            return Task.FromResult<Snapshot?>(null);
        }
    }

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_snapshots.TryGetValue(persistenceId, out var older) || older.SequenceNr <= snapshot.SequenceNr)
        {
            _snapshots[persistenceId] = (snapshot.SequenceNr, Store(persistenceId, snapshot.SequenceNr, snapshot.State));
        }

        return Task.CompletedTask;
    }

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAllAsync(long afterOrdering, int max, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ReadAll(afterOrdering, max));

    public Task WaitForAsync(long ordering, CancellationToken cancellationToken)
    {
        if (ordering <= HeadOrdering)
        {
            return Task.CompletedTask;
        }

        var reached = new TaskCompletionSource();
        _waiters.Add((ordering, reached));
        return reached.Task.WaitAsync(cancellationToken);
    }

    internal IReadOnlyList<JournalEntry> ReadAll(long afterOrdering, int max)
    {
        var entries = new List<JournalEntry>();
        for (var index = (int)afterOrdering; index < _all.Count && entries.Count < max; index++)
        {
            var stored = _all[index];
            entries.Add(new JournalEntry(index + 1, stored.PersistenceId, stored.SequenceNr, Load(stored)));
        }

        return entries;
    }

    private Stored Store(string persistenceId, long sequenceNr, object item)
    {
        if (_codec is null)
        {
            return new Stored(persistenceId, sequenceNr, null, item);
        }

        var (name, payload) = _codec.Encode(item);
        return new Stored(persistenceId, sequenceNr, name, payload);
    }

    private object Load(Stored stored) =>
        stored.Name is null ? stored.Content : _codec!.Decode(stored.Name, (ReadOnlyMemory<byte>)stored.Content);

    private void Announce()
    {
        for (var index = _waiters.Count - 1; index >= 0; index--)
        {
            if (_waiters[index].Ordering <= HeadOrdering)
            {
                var reached = _waiters[index].Reached;
                _waiters.RemoveAt(index);
                reached.SetResult();
            }
        }
    }

    private readonly record struct Stored(string PersistenceId, long SequenceNr, string? Name, object Content);
}
