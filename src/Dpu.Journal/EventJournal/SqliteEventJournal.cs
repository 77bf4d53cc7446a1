using System.Runtime.CompilerServices;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Store;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.EventJournal;

/// <summary>The journal in the store's database. Events are encoded on the caller's thread; the writer's thread only binds and steps.</summary>
internal sealed class SqliteEventJournal(StoreWriter writer, Reads reads, IEventCodec codec) : IEventJournal, IJournalReader
{
    private const int PageEventsMax = 1024;

    // SQLite's own limit for one value is a billion bytes; past this an append would fail everybody in its group.
    private const int PayloadBytesMax = 512 << 20;

    public long HeadOrdering => writer.Head.Reached;

    public Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        AppendArguments.Check(persistenceId, expectedSequenceNr, events);
        cancellationToken.ThrowIfCancellationRequested();
        var encoded = new EncodedEvent[events.Count];
        for (var index = 0; index < encoded.Length; index++)
        {
            encoded[index] = Encode(persistenceId, events[index]);
        }

        return writer.AppendAsync(persistenceId, expectedSequenceNr, events, encoded).WaitAsync(cancellationToken);
    }

    public async IAsyncEnumerable<PersistedEvent> ReadAsync(
        string persistenceId,
        long fromSequenceNr,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = fromSequenceNr;
        while (true)
        {
            var page = await reads.RunAsync(database => JournalRead.Of(database, codec, persistenceId, next, PageEventsMax), cancellationToken);
            if (page.Count == 0)
            {
                yield break;
            }

            foreach (var item in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return item;
            }

            next = page[^1].SequenceNr + 1;
        }
    }

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) =>
        reads.RunAsync(database => JournalRead.LatestSnapshot(database, codec, persistenceId), cancellationToken);

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writer.SaveSnapshotAsync(persistenceId, snapshot.SequenceNr, Encode(persistenceId, snapshot.State)).WaitAsync(cancellationToken);
    }

    public async ValueTask<IReadOnlyList<JournalEntry>> ReadAllAsync(long afterOrdering, int max, CancellationToken cancellationToken)
    {
        var upTo = HeadOrdering;
        return await reads.RunAsync(database => JournalRead.All(database, codec, afterOrdering, upTo, max), cancellationToken);
    }

    public Task WaitForAsync(long ordering, CancellationToken cancellationToken) => writer.Head.WaitAsync(ordering, cancellationToken);

    private EncodedEvent Encode(string persistenceId, object item)
    {
        var (name, payload) = codec.Encode(item);
        return payload.Length <= PayloadBytesMax
            ? new EncodedEvent(name, payload)
            : throw new JournalException($"A '{name}' of '{persistenceId}' has {payload.Length} bytes; {PayloadBytesMax} are the most that is stored.");
    }
}
