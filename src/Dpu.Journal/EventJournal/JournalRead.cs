using Dpu.Journal.Sqlite;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.EventJournal;

/// <summary>Queries of the journal, for the writer's connection and for readers' alike.</summary>
internal static class JournalRead
{
    // Bounds what one page holds in memory when events are large (plans of big jobs).
    private const int PageBytesMax = 4 << 20;

    public static List<JournalEntry> All(Database database, IEventCodec codec, long afterOrdering, long upTo, int max)
    {
        var query = database.Prepare("""
            SELECT e.ordering, p.name, e.sequence_nr, n.name, e.payload
            FROM events e JOIN persistence_ids p ON p.id = e.persistence_id JOIN event_names n ON n.id = e.event_name
            WHERE e.ordering > ? AND e.ordering <= ? ORDER BY e.ordering LIMIT ?
            """).Bind(afterOrdering).Bind(upTo).Bind(max);
        var entries = new List<JournalEntry>();
        var bytes = 0;
        while (bytes < PageBytesMax && query.Step())
        {
            var payload = query.Blob(4).ToArray();
            bytes += payload.Length;
            entries.Add(new JournalEntry(query.Long(0), query.Text(1), query.Long(2), codec.Decode(query.Text(3), payload)));
        }

        query.Reset();
        return entries;
    }

    public static List<PersistedEvent> Of(Database database, IEventCodec codec, string persistenceId, long fromSequenceNr, int max)
    {
        var query = database.Prepare("""
            SELECT e.sequence_nr, n.name, e.payload
            FROM events e JOIN event_names n ON n.id = e.event_name
            WHERE e.persistence_id = (SELECT id FROM persistence_ids WHERE name = ?) AND e.sequence_nr >= ?
            ORDER BY e.sequence_nr LIMIT ?
            """).Bind(persistenceId).Bind(fromSequenceNr).Bind(max);
        var events = new List<PersistedEvent>();
        var bytes = 0;
        while (bytes < PageBytesMax && query.Step())
        {
            var payload = query.Blob(2).ToArray();
            bytes += payload.Length;
            events.Add(new PersistedEvent(query.Long(0), codec.Decode(query.Text(1), payload)));
        }

        query.Reset();
        return events;
    }

    public static Snapshot? LatestSnapshot(Database database, IEventCodec codec, string persistenceId)
    {
        var query = database.Prepare("""
            SELECT sequence_nr, state_name, payload FROM snapshots
            WHERE persistence_id = (SELECT id FROM persistence_ids WHERE name = ?)
            """).Bind(persistenceId);
        if (!query.Step())
        {
            return null;
        }

        var (number, name, payload) = (query.Long(0), query.Text(1), query.Blob(2).ToArray());
        query.Reset();
        try
        {
            return new Snapshot(number, codec.Decode(name, payload));
        }
        catch (JournalException)
        {
            // A state of an older form: the events tell the same.
            return null;
        }
    }
}
