using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Queries of <c>findings</c>.</summary>
internal static class FindingQueries
{
    /// <summary>How often each pattern was found in a job, the gravest first.</summary>
    public static ImmutableArray<FindingCount> CountsOf(Database database, JobId job)
    {
        var query = database.Prepare("""
            SELECT step, pattern, level, SUM(count), COUNT(*) FROM findings WHERE job_id = ? AND nth = 1 GROUP BY step, pattern, level
            """).Bind(job.Value);
        var counts = new List<FindingCount>();
        while (query.Step())
        {
            counts.Add(new FindingCount(query.Text(0), query.Text(1), ViewText.Level(query.Text(2)), query.Long(3), query.Long(4)));
        }

        return
        [
            .. counts.OrderByDescending(count => count.Level)
                .ThenBy(count => count.Step, StringComparer.Ordinal)
                .ThenBy(count => count.Pattern, StringComparer.Ordinal),
        ];
    }

    /// <summary>What was found in each attempt of a task, by attempt, in the order in which it was printed.</summary>
    public static ILookup<int, LogFinding> Of(Database database, JobId job, int task)
    {
        var query = database.Prepare("SELECT attempt, pattern, level, at, line, count FROM findings WHERE job_id = ? AND task = ? ORDER BY attempt, at, pattern, nth")
            .Bind(job.Value).Bind(task);
        var findings = new List<(int Attempt, LogFinding Finding)>();
        while (query.Step())
        {
            findings.Add((query.Int(0), new LogFinding(query.Text(1), ViewText.Level(query.Text(2)), query.Time(3), query.Text(4), query.Int(5))));
        }

        return findings.ToLookup(pair => pair.Attempt, pair => pair.Finding);
    }

    public static bool Any(Database database, JobId job)
    {
        var query = database.Prepare("SELECT EXISTS (SELECT 1 FROM findings WHERE job_id = ?)").Bind(job.Value);
        query.Step();
        return query.Bool(0);
    }
}
