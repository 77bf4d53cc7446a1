using Dpu.Journal.Sqlite;
using Dpu.Journal.Store;

namespace Dpu.Journal.Logs;

/// <summary>
/// Where the blocks of a job are. Everything in it can be read from the segments again, so it is not flushed at every commit: after a power failure
/// the end of the last segment is read again.
/// </summary>
internal static class LogIndex
{
    private static readonly Migration[] Migrations =
    [
        new(1, """
            CREATE TABLE blocks (
              block INTEGER PRIMARY KEY,
              segment INTEGER NOT NULL,
              offset INTEGER NOT NULL,
              length INTEGER NOT NULL,
              chunks INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX blocks_in_place ON blocks (segment, offset);
            CREATE TABLE job_blocks (
              job_id INTEGER NOT NULL,
              block INTEGER NOT NULL,
              first_task INTEGER NOT NULL,
              last_task INTEGER NOT NULL,
              PRIMARY KEY (job_id, block)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE incarnation_blocks (
              incarnation BLOB NOT NULL,
              block INTEGER NOT NULL,
              first_nr INTEGER NOT NULL,
              last_nr INTEGER NOT NULL,
              PRIMARY KEY (incarnation, block)
            ) STRICT, WITHOUT ROWID;
            """),
    ];

    public static Database Open(string path, TimeProvider time)
    {
        DataDirectory.CreateFile(path);
        var database = Database.OpenWriter(path);
        database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2048");
        SchemaVersion.Migrate(database, Migrations, time);
        return database;
    }

    public static void Add(Database database, long block, BlockPlace place, BlockSummary summary) => database.Transaction(() =>
    {
        database.Prepare("INSERT INTO blocks (block, segment, offset, length, chunks) VALUES (?, ?, ?, ?, ?)")
            .Bind(block).Bind(place.Segment).Bind(place.Offset).Bind(place.Length).Bind(summary.Chunks).Run();
        foreach (var (job, tasks) in summary.Jobs)
        {
            database.Prepare("INSERT INTO job_blocks (job_id, block, first_task, last_task) VALUES (?, ?, ?, ?)")
                .Bind(job).Bind(block).Bind(tasks.First).Bind(tasks.Last).Run();
        }

        foreach (var (incarnation, numbers) in summary.Incarnations)
        {
            database.Prepare("INSERT INTO incarnation_blocks (incarnation, block, first_nr, last_nr) VALUES (?, ?, ?, ?)")
                .Bind(incarnation.ToByteArray()).Bind(block).Bind(numbers.First).Bind(numbers.Last).Run();
        }
    });

    public static void Clear(Database database) =>
        database.Transaction(() => database.Execute("DELETE FROM blocks; DELETE FROM job_blocks; DELETE FROM incarnation_blocks"));

    /// <summary>Number of the newest block; 0 before the first.</summary>
    public static long LastBlock(Database database)
    {
        var query = database.Prepare("SELECT COALESCE(MAX(block), 0) FROM blocks");
        query.Step();
        var last = query.Long(0);
        query.Reset();
        return last;
    }

    /// <summary>Up to where each segment is indexed, by segment.</summary>
    public static List<(int Segment, long End)> Ends(Database database)
    {
        var query = database.Prepare("SELECT segment, MAX(offset + length) FROM blocks GROUP BY segment ORDER BY segment");
        var ends = new List<(int, long)>();
        while (query.Step())
        {
            ends.Add((query.Int(0), query.Long(1)));
        }

        query.Reset();
        return ends;
    }

    /// <summary>Blocks that may hold what is selected, from one number up to before another.</summary>
    public static List<(long Block, BlockPlace Place)> Find(Database database, LogSelection selection, long from, long before, int max) =>
        Find(database, selection, from, before, max, "ASC");

    /// <summary>The same before a number, by falling number.</summary>
    public static List<(long Block, BlockPlace Place)> FindBack(Database database, LogSelection selection, long before, int max) =>
        Find(database, selection, 0, before, max, "DESC");

    private static List<(long Block, BlockPlace Place)> Find(Database database, LogSelection selection, long from, long before, int max, string order)
    {
        var query = database.Prepare($"""
            SELECT b.block, b.segment, b.offset, b.length
            FROM job_blocks j JOIN blocks b ON b.block = j.block
            WHERE j.job_id = ? AND j.block >= ? AND j.block < ? AND j.first_task <= ? AND j.last_task >= ?
            ORDER BY j.block {order} LIMIT ?
            """)
            .Bind(selection.Job.Value).Bind(from).Bind(before)
            .Bind(selection.Task ?? int.MaxValue).Bind(selection.Task ?? int.MinValue).Bind(max);
        var blocks = new List<(long, BlockPlace)>();
        while (query.Step())
        {
            blocks.Add((query.Long(0), new BlockPlace(query.Int(1), query.Long(2), query.Int(3))));
        }

        query.Reset();
        return blocks;
    }

    /// <summary>The largest number of an incarnation that is stored; −1 for none.</summary>
    public static long LastNumber(Database database, Guid incarnation)
    {
        var query = database.Prepare("SELECT COALESCE(MAX(last_nr), -1) FROM incarnation_blocks WHERE incarnation = ?").Bind(incarnation.ToByteArray());
        query.Step();
        var last = query.Long(0);
        query.Reset();
        return last;
    }

    /// <summary>Blocks that may hold a number of an incarnation.</summary>
    public static List<(long Block, BlockPlace Place)> Holding(Database database, Guid incarnation, long number)
    {
        var query = database.Prepare("""
            SELECT b.block, b.segment, b.offset, b.length
            FROM incarnation_blocks i JOIN blocks b ON b.block = i.block
            WHERE i.incarnation = ? AND i.first_nr <= ? AND i.last_nr >= ?
            """).Bind(incarnation.ToByteArray()).Bind(number).Bind(number);
        var blocks = new List<(long, BlockPlace)>();
        while (query.Step())
        {
            blocks.Add((query.Long(0), new BlockPlace(query.Int(1), query.Long(2), query.Int(3))));
        }

        query.Reset();
        return blocks;
    }
}
