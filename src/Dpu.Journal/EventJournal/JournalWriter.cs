using Dpu.Journal.Sqlite;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.EventJournal;

/// <summary>
/// Writes events inside the transaction that its owner opened, and knows the last number of every actor that wrote lately, so that the check
/// of an expected number costs no query. Used by the writer's thread alone.
/// </summary>
internal sealed class JournalWriter
{
    private const int CachedActorsMax = 10_000;

    private readonly Database _database;
    private readonly Statement _insert;
    private readonly Dictionary<string, Actor> _actors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);
    private readonly List<Actor> _touched = [];
    private bool _namesTouched;
    private long _committed;

    public JournalWriter(Database database)
    {
        _database = database;
        _insert = database.Prepare(
            "INSERT INTO events (ordering, persistence_id, sequence_nr, event_name, written_at, payload) VALUES (?, ?, ?, ?, ?, ?)");
        var head = database.Prepare("SELECT COALESCE(MAX(ordering), 0) FROM events");
        head.Step();
        _committed = Head = head.Long(0);
        head.Reset();
    }

    /// <summary>The ordering of the last event written, committed or not.</summary>
    public long Head { get; private set; }

    /// <summary>Writes events after the expected number.</summary>
    /// <exception cref="SequenceConflictException">Nothing was written; the transaction may go on.</exception>
    public void Append(string persistenceId, long expectedSequenceNr, IReadOnlyList<EncodedEvent> events, long writtenAt)
    {
        var actor = Find(persistenceId);
        if (actor.Last != expectedSequenceNr)
        {
            throw new SequenceConflictException(persistenceId, expectedSequenceNr, actor.Last);
        }

        _touched.Add(actor);
        foreach (var item in events)
        {
            _insert.Ready().Bind(++Head).Bind(actor.Id).Bind(++actor.Last).Bind(NameId(item.Name)).Bind(writtenAt).Bind(item.Payload.Span).Run();
        }
    }

    /// <summary>Keeps a snapshot unless a newer one is there.</summary>
    public void SaveSnapshot(string persistenceId, long sequenceNr, EncodedEvent state, long writtenAt)
    {
        var actor = Find(persistenceId);
        _touched.Add(actor);
        _database.Prepare("""
            INSERT INTO snapshots (persistence_id, sequence_nr, state_name, written_at, payload) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (persistence_id) DO UPDATE SET sequence_nr = excluded.sequence_nr, state_name = excluded.state_name,
              written_at = excluded.written_at, payload = excluded.payload
            WHERE excluded.sequence_nr >= snapshots.sequence_nr
            """).Bind(actor.Id).Bind(sequenceNr).Bind(state.Name).Bind(writtenAt).Bind(state.Payload.Span).Run();
    }

    /// <summary>What was written since the last call is durable.</summary>
    public void Committed()
    {
        _touched.Clear();
        _namesTouched = false;
        _committed = Head;
        if (_actors.Count > CachedActorsMax)
        {
            _actors.Clear();
        }
    }

    /// <summary>What was written since the last commit was taken back.</summary>
    public void RolledBack()
    {
        // Whoever was first written in this transaction has no row any more: forget the touched ones, they are read again.
        foreach (var actor in _touched)
        {
            _actors.Remove(actor.Name);
        }

        if (_namesTouched)
        {
            _names.Clear();
        }

        _touched.Clear();
        _namesTouched = false;
        Head = _committed;
    }

    private Actor Find(string persistenceId)
    {
        if (_actors.TryGetValue(persistenceId, out var known))
        {
            return known;
        }

        var query = _database.Prepare("""
            SELECT id, (SELECT COALESCE(MAX(sequence_nr), 0) FROM events WHERE persistence_id = p.id) FROM persistence_ids p WHERE name = ?
            """).Bind(persistenceId);
        var actor = query.Step() ? new Actor(persistenceId, query.Long(0), query.Long(1)) : null;
        query.Reset();
        actor ??= Create(persistenceId);
        _actors.Add(persistenceId, actor);
        return actor;
    }

    private Actor Create(string persistenceId)
    {
        _database.Prepare("INSERT INTO persistence_ids (name) VALUES (?)").Bind(persistenceId).Run();
        var actor = new Actor(persistenceId, _database.LastInsertRowId, 0);
        _touched.Add(actor);
        return actor;
    }

    private long NameId(string name)
    {
        if (_names.TryGetValue(name, out var id))
        {
            return id;
        }

        var query = _database.Prepare("SELECT id FROM event_names WHERE name = ?").Bind(name);
        var exists = query.Step();
        id = exists ? query.Long(0) : 0;
        query.Reset();
        if (!exists)
        {
            _database.Prepare("INSERT INTO event_names (name) VALUES (?)").Bind(name).Run();
            id = _database.LastInsertRowId;
            _namesTouched = true;
        }

        _names.Add(name, id);
        return id;
    }

    private sealed class Actor(string name, long id, long last)
    {
        public string Name { get; } = name;

        public long Id { get; } = id;

        public long Last { get; set; } = last;
    }
}

/// <summary>An event in its storage form.</summary>
internal readonly record struct EncodedEvent(string Name, ReadOnlyMemory<byte> Payload);
