using System.Runtime.CompilerServices;
using Dpu.Kernel.Persistence;

namespace Dpu.Simulated;

/// <summary>A durable journal behind a service that may die at any moment: before the write, after it, or before it hears of it.</summary>
internal sealed class FaultyJournal(IEventJournal durable, ServiceWorld world) : IEventJournal
{
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(4);

    private readonly List<(string PersistenceId, long Expected, IReadOnlyList<object> Events)> _acknowledged = [];

    public async Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        if (world.Chance(world.Faults.FailBeforeWrite))
        {
            throw new JournalException($"Simulated: nothing of '{persistenceId}' was written.");
        }

        if (world.Planted == PlantedBug.AcknowledgesBeforeCommit)
        {
            _acknowledged.Add((persistenceId, expectedSequenceNr, events));
            _ = WriteLaterAsync();
            return;
        }

        await durable.AppendAsync(persistenceId, expectedSequenceNr, events, CancellationToken.None);
        await AnswerAsync(cancellationToken);
        if (world.Chance(world.Faults.FailAfterWrite))
        {
            throw new JournalException($"Simulated: '{persistenceId}' was written, and nobody knows.");
        }
    }

    public async IAsyncEnumerable<PersistedEvent> ReadAsync(
        string persistenceId, long fromSequenceNr, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        await WriteAsync();
        if (world.Chance(world.Faults.FailRead))
        {
            throw new JournalException($"Simulated: '{persistenceId}' cannot be read.");
        }

        await foreach (var stored in durable.ReadAsync(persistenceId, fromSequenceNr, cancellationToken))
        {
            yield return stored;
        }
    }

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) =>
        durable.LoadSnapshotAsync(persistenceId, cancellationToken);

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken) =>
        durable.SaveSnapshotAsync(persistenceId, snapshot, cancellationToken);

    private async Task WriteLaterAsync()
    {
        await world.DelayAsync(LatencyMax, CancellationToken.None);
        await WriteAsync();
    }

    private async Task WriteAsync()
    {
        while (_acknowledged is [var oldest, ..])
        {
            _acknowledged.RemoveAt(0);
            await durable.AppendAsync(oldest.PersistenceId, oldest.Expected, oldest.Events, CancellationToken.None);
        }
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        await world.DelayAsync(LatencyMax, cancellationToken);
        await world.Faults.WaitWhileStalledAsync(cancellationToken);
    }
}
