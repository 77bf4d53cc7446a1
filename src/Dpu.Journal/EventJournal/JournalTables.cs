using Dpu.Journal.Store;

namespace Dpu.Journal.EventJournal;

/// <summary>The tables of the journal. What is in <c>events</c> is never changed and never deleted.</summary>
/// <remarks>Names of actors and events are numbers in the rows: an event of a task then costs a few bytes beside its payload.</remarks>
internal static class JournalTables
{
    /// <summary>How far each set of views is; part of the first version.</summary>
    public const string Projections = """
        CREATE TABLE projections (
          name TEXT PRIMARY KEY,
          version INTEGER NOT NULL,
          ordering INTEGER NOT NULL
        ) STRICT;
        """;

    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(1, """
            CREATE TABLE persistence_ids (
              id INTEGER PRIMARY KEY,
              name TEXT NOT NULL UNIQUE
            ) STRICT;
            CREATE TABLE event_names (
              id INTEGER PRIMARY KEY,
              name TEXT NOT NULL UNIQUE
            ) STRICT;
            CREATE TABLE events (
              ordering INTEGER PRIMARY KEY,
              persistence_id INTEGER NOT NULL REFERENCES persistence_ids (id),
              sequence_nr INTEGER NOT NULL,
              event_name INTEGER NOT NULL REFERENCES event_names (id),
              written_at INTEGER NOT NULL,
              payload BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX events_in_order ON events (persistence_id, sequence_nr);
            CREATE TABLE snapshots (
              persistence_id INTEGER PRIMARY KEY REFERENCES persistence_ids (id),
              sequence_nr INTEGER NOT NULL,
              state_name TEXT NOT NULL,
              written_at INTEGER NOT NULL,
              payload BLOB NOT NULL
            ) STRICT;
            CREATE VIEW journal AS
              SELECT e.ordering, p.name AS persistence_id, e.sequence_nr, n.name AS event_name,
                strftime('%Y-%m-%dT%H:%M:%fZ', e.written_at / 1000.0, 'unixepoch') AS written_at, CAST(e.payload AS TEXT) AS payload
              FROM events e JOIN persistence_ids p ON p.id = e.persistence_id JOIN event_names n ON n.id = e.event_name;

            """ + Projections),
    ];
}
