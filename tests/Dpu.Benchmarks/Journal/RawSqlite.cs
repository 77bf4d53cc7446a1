using System.Collections.Immutable;
using System.Diagnostics;
using Dpu.Domain.Catalog;
using Dpu.Journal.EventJournal;
using SQLitePCL;

namespace Dpu.Benchmarks.Journal;

/// <summary>The limit: a loop over prepared statements on the journal's own table, with nothing around it.</summary>
internal static class RawSqlite
{
    /// <summary>A small event that the views have next to no work with.</summary>
    public static object Event { get; } = new CatalogEvent.FilesRegistered(ImmutableArray<CatalogFile>.Empty, DateTimeOffset.UnixEpoch);

    public static double EventsPerSecond(string path, int perTransaction, TimeSpan time)
    {
        Batteries_V2.Init();
        Check(raw.sqlite3_open(path, out var database));
        using (database)
        {
            Run(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000");
            Run(database, """
                CREATE TABLE events (ordering INTEGER PRIMARY KEY, persistence_id INTEGER NOT NULL, sequence_nr INTEGER NOT NULL, event_name INTEGER NOT NULL,
                  written_at INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;
                CREATE UNIQUE INDEX events_in_order ON events (persistence_id, sequence_nr)
                """);
            Check(raw.sqlite3_prepare_v2(database, "INSERT INTO events VALUES (?, 1, ?, 1, 0, ?)", out var insert));
            Check(raw.sqlite3_prepare_v2(database, "BEGIN IMMEDIATE", out var begin));
            Check(raw.sqlite3_prepare_v2(database, "COMMIT", out var commit));
            using (insert)
            using (begin)
            using (commit)
            {
                return Loop(insert, begin, commit, perTransaction, time);
            }
        }
    }

    private static double Loop(sqlite3_stmt insert, sqlite3_stmt begin, sqlite3_stmt commit, int perTransaction, TimeSpan time)
    {
        var payload = DpuEvents.Codec.Encode(Event).Payload;
        var began = Stopwatch.GetTimestamp();
        var number = 0L;
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            Step(begin);
            for (var count = 0; count < perTransaction; count++)
            {
                number++;
                Check(raw.sqlite3_bind_int64(insert, 1, number));
                Check(raw.sqlite3_bind_int64(insert, 2, number));
                Check(raw.sqlite3_bind_blob(insert, 3, payload.Span));
                Step(insert);
            }

            Step(commit);
        }

        return number / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Step(sqlite3_stmt statement)
    {
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE)
        {
            throw new InvalidOperationException("SQLite refused a step of the plain loop.");
        }

        Check(raw.sqlite3_reset(statement));
    }

    private static void Run(sqlite3 database, string sql) => Check(raw.sqlite3_exec(database, sql));

    private static void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new InvalidOperationException($"SQLite answered {code} in the plain loop.");
        }
    }
}
