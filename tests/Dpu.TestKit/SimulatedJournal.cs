using System.Runtime.CompilerServices;
using Dpu.Kernel.Persistence;

namespace Dpu.TestKit;

/// <summary>
/// A durable journal of a simulated world: it outlives the processes that write to it, takes virtual time for everything and
/// fails as it is told. An append that fails may have been written or not, as in the real world.
/// </summary>
public sealed class SimulatedJournal(Simulation simulation) : IEventJournal
{
    private readonly Dictionary<string, List<object>> _events = [];
    private readonly Dictionary<string, Snapshot> _snapshots = [];
    private TaskCompletionSource? _resumed;

    /// <summary>The longest that one call takes; each takes a random time up to it.</summary>
    public TimeSpan LatencyMax { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The share of appends, 0 to 1, that fail before anything was written.</summary>
    public double FailBeforeWrite { get; set; }

    /// <summary>The share of appends, 0 to 1, that are written and then reported as failed.</summary>
    public double FailAfterWrite { get; set; }

    /// <summary>The share of reads (also of snapshots), 0 to 1, that fail.</summary>
    public double FailRead { get; set; }

    /// <summary>The share of snapshots, 0 to 1, that cannot be saved.</summary>
    public double FailSnapshot { get; set; }

    /// <summary>While set, every call hangs until it is reset.</summary>
    public bool Stalled
    {
        get => _resumed is not null;
        set
        {
            if (value != Stalled)
            {
                _resumed?.SetResult();
                _resumed = value ? new TaskCompletionSource() : null;
            }
        }
    }

    /// <summary>How many appends were asked for.</summary>
    public int Appends { get; private set; }

    /// <summary>How many events were handed to readers.</summary>
    public int EventsRead { get; private set; }

    /// <summary>Called when events have become durable: the moment from which they must never be lost.</summary>
    public Action<string, IReadOnlyList<object>>? OnWritten { get; set; }

    /// <summary>All events of an id, in order.</summary>
    public IReadOnlyList<object> EventsOf(string persistenceId) => _events.TryGetValue(persistenceId, out var events) ? [.. events] : [];

    /// <summary>The newest snapshot of an id, or null.</summary>
    public Snapshot? SnapshotOf(string persistenceId) => _snapshots.GetValueOrDefault(persistenceId);

    /// <summary>Puts a snapshot there as some earlier run might have left it.</summary>
    public void PutSnapshot(string persistenceId, Snapshot snapshot) => _snapshots[persistenceId] = snapshot;

    /// <remarks>Once it was sent, an append takes its course even when its process dies, as at a database server.</remarks>
    public Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);
        Appends++;
        var outcome = new TaskCompletionSource();
        simulation.Start(() => AppendInTheWorldAsync(persistenceId, expectedSequenceNr, [.. events], outcome));
        return outcome.Task.WaitAsync(cancellationToken);
    }

    public async IAsyncEnumerable<PersistedEvent> ReadAsync(
        string persistenceId, long fromSequenceNr, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fails = Chance(FailRead);
        await WaitAsync(cancellationToken);
        var events = EventsOf(persistenceId);
        for (var nr = fromSequenceNr; nr <= events.Count; nr++)
        {
            if (fails && nr > (fromSequenceNr + events.Count) / 2)
            {
                throw new JournalException($"Simulated: reading '{persistenceId}' failed at event {nr}.");
            }

            EventsRead++;
            yield return new PersistedEvent(nr, events[(int)nr - 1]);
        }

        if (fails)
        {
            throw new JournalException($"Simulated: reading '{persistenceId}' failed at its end.");
        }
    }

    public async Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken)
    {
        var fails = Chance(FailRead);
        await WaitAsync(cancellationToken);
        return fails ? throw new JournalException($"Simulated: the snapshot of '{persistenceId}' could not be read.") : SnapshotOf(persistenceId);
    }

    public async Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var fails = Chance(FailSnapshot);
        await WaitAsync(cancellationToken);
        if (fails)
        {
            throw new JournalException($"Simulated: the snapshot of '{persistenceId}' could not be written.");
        }

        _snapshots[persistenceId] = snapshot;
    }

    private async Task AppendInTheWorldAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, TaskCompletionSource outcome)
    {
        try
        {
            await WaitAsync(CancellationToken.None);
            if (Chance(FailBeforeWrite))
            {
                throw new JournalException($"Simulated: the append to '{persistenceId}' failed; nothing was written.");
            }

            Write(persistenceId, expectedSequenceNr, events);
            await WaitAsync(CancellationToken.None);
            if (Chance(FailAfterWrite))
            {
                throw new JournalException($"Simulated: the append to '{persistenceId}' failed; it was written all the same.");
            }

            outcome.SetResult();
        }
        catch (JournalException reason)
        {
            outcome.SetException(reason);
        }
    }

    private void Write(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events)
    {
        if (!_events.TryGetValue(persistenceId, out var stored))
        {
            _events.Add(persistenceId, stored = []);
        }

        if (stored.Count != expectedSequenceNr)
        {
            throw new SequenceConflictException(persistenceId, expectedSequenceNr, stored.Count);
        }

        stored.AddRange(events);
        OnWritten?.Invoke(persistenceId, events);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        await simulation.Delay(LatencyMax * simulation.Random.NextDouble()).WaitAsync(cancellationToken);
        while (_resumed is { } resumed)
        {
            await resumed.Task.WaitAsync(cancellationToken);
        }
    }

    private bool Chance(double share) => share > 0 && simulation.Random.NextDouble() < share;
}
