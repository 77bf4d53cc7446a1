using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Sums over the queue, and the table of work done.</summary>
internal static class StatisticsQueries
{
    /// <summary>Jobs that have not ended.</summary>
    public static Condition Unfinished { get; } = new("status IN ('QUEUED', 'RUNNING', 'HELD')", []);

    public static Statistics Read(Database database, string since) =>
        new(
            Jobs(database, Condition.Always),
            Counts(database, Unfinished),
            Counts(database, Condition.Always),
            Users(database, Condition.Always),
            Running(database),
            Done(database, since));

    public static QueueTotals Totals(Database database, Caller caller)
    {
        var seen = Sight.OfLines(caller, "queue_totals");
        return new QueueTotals(Jobs(database, seen), Counts(database, seen), Users(database, seen));
    }

    public static long EndedSince(Database database, DateTimeOffset since)
    {
        var query = database.Prepare("SELECT COALESCE(SUM(ends), 0) FROM recent_ends WHERE second >= ?").Bind(since.ToUnixTimeSeconds());
        query.Step();
        return query.Long(0);
    }

    public static ImmutableSortedDictionary<JobStatus, long> Jobs(Database database, Condition which)
    {
        var query = database.Prepare($"SELECT status, SUM(jobs) FROM queue_totals WHERE {which.Sql} GROUP BY status").Bind(which);
        var jobs = ImmutableSortedDictionary.CreateBuilder<JobStatus, long>();
        while (query.Step())
        {
            jobs.Add(ViewText.Status(query.Text(0)), query.Long(1));
        }

        return jobs.ToImmutable();
    }

    public static TaskCounts Counts(Database database, Condition which)
    {
        var query = database.Prepare($"""
            SELECT COALESCE(SUM(normal), 0), COALESCE(SUM(error), 0), COALESCE(SUM(aborted), 0), COALESCE(SUM(submitted), 0), COALESCE(SUM(unknown), 0)
            FROM queue_totals WHERE {which.Sql}
            """).Bind(which);
        query.Step();
        return query.Counts(0);
    }

    private static ImmutableArray<UserTotals> Users(Database database, Condition which)
    {
        var query = database.Prepare($"SELECT user, SUM(jobs), SUM(normal + error + aborted + submitted + unknown) FROM queue_totals WHERE {which.Sql} GROUP BY user ORDER BY user").Bind(which);
        var users = ImmutableArray.CreateBuilder<UserTotals>();
        while (query.Step())
        {
            users.Add(new UserTotals(query.Text(0), query.Long(1), query.Long(2)));
        }

        return users.ToImmutable();
    }

    public static long Running(Database database)
    {
        // Over all days: what started, less what ended in any way. A count of rows would read every attempt there ever was.
        var query = database.Prepare("SELECT COALESCE(SUM(started - normal - failed - lost), 0) FROM statistics");
        query.Step();
        return query.Long(0);
    }

    private static ImmutableArray<StatisticsRow> Done(Database database, string since)
    {
        var query = database.Prepare("""
            SELECT day, user, step, started, normal, failed, lost, wall_us, cpu_us, max_rss_bytes, files, file_bytes
            FROM statistics WHERE day >= ? ORDER BY day DESC, user, step
            """).Bind(since);
        var rows = ImmutableArray.CreateBuilder<StatisticsRow>();
        while (query.Step())
        {
            rows.Add(new StatisticsRow(
                DateOnly.ParseExact(query.Text(0), "yyyy-MM-dd", CultureInfo.InvariantCulture),
                query.Text(1),
                query.Text(2),
                query.Long(3),
                query.Long(4),
                query.Long(5),
                query.Long(6),
                query.Long(7) / 1e6,
                query.Long(8) / 1e6,
                query.Long(9),
                query.Long(10),
                query.Long(11)));
        }

        return rows.ToImmutable();
    }
}
