using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Estimates;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>How finely work is told.</summary>
public enum WorkSpan
{
    Hour,
    Day,
}

/// <summary>What was done in an hour or a day.</summary>
/// <param name="Begin">Its begin, in UTC.</param>
public sealed record WorkRow(
    DateTimeOffset Begin, long JobsSubmitted, long JobsStarted, long JobsFinished, long JobsFailed, long JobsCancelled, double WaitedSeconds, long Started, long Normal, long Failed, long Lost,
    double WallSeconds, double CpuSeconds);

/// <summary>What one user's jobs did in the whole of a time.</summary>
public sealed record WorkOfUser(string User, long JobsSubmitted, long Ended, double WallSeconds, double CpuSeconds);

/// <summary>Work over a time, as somebody sees it.</summary>
/// <param name="Rows">By time; hours or days without any are left out.</param>
/// <param name="Users">By name.</param>
/// <param name="Causes">How many attempts did not end normally, by why: of jobs that he may look into.</param>
/// <param name="Waits">How many jobs waited at most so many seconds for their first task, and longer than the class below; the last class, of those that waited longer still, is infinite.</param>
/// <param name="Estimates">How good the estimates were, of jobs that he may look into.</param>
public sealed record WorkReport(
    ImmutableArray<WorkRow> Rows,
    ImmutableArray<WorkOfUser> Users,
    ImmutableSortedDictionary<string, long> Causes,
    ImmutableSortedDictionary<double, long> Waits,
    ImmutableArray<EstimateScore> Estimates);

/// <summary>Queries of <c>work</c> and <c>work_tallies</c>.</summary>
internal static class WorkQueries
{
    /// <param name="database">Where from.</param>
    /// <param name="span">How finely.</param>
    /// <param name="from">From the hour or day in which this is.</param>
    /// <param name="to">Up to the hour or day in which this is, exclusively.</param>
    /// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
    public static WorkReport Read(Database database, WorkSpan span, DateTimeOffset from, DateTimeOffset to, Caller? caller)
    {
        var lines = Within(span, from, to).And(Sight.OfLines(caller, "work"));
        return new WorkReport(
            Rows(database, lines),
            Users(database, lines),
            Tallies(database, "cause", Within(span, from, to).And(Sight.OfWhatIsMade(caller, "work_tallies", "user"))).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Tallies(database, "waited", Within(span, from, to).And(Sight.OfLines(caller, "work_tallies")))
                .ToImmutableSortedDictionary(pair => pair.Key == WorkProjection.Longer ? double.PositiveInfinity : double.Parse(pair.Key, CultureInfo.InvariantCulture), pair => pair.Value),
            HistoryQueries.Scores(database, caller, from, to));
    }

    private static Condition Within(WorkSpan span, DateTimeOffset from, DateTimeOffset to) =>
        new("span = ? AND begin >= ? AND begin < ?", [span == WorkSpan.Hour ? "hour" : "day", TextOf(span, from), TextOf(span, to)]);

    private static ImmutableArray<WorkRow> Rows(Database database, Condition which)
    {
        var query = database.Prepare($"""
            SELECT begin, SUM(jobs_submitted), SUM(jobs_started), SUM(jobs_finished), SUM(jobs_failed), SUM(jobs_cancelled), SUM(waited_us), SUM(started), SUM(normal), SUM(failed), SUM(lost),
              SUM(wall_us), SUM(cpu_us) FROM work WHERE {which.Sql} GROUP BY begin ORDER BY begin
            """).Bind(which);
        var rows = ImmutableArray.CreateBuilder<WorkRow>();
        while (query.Step())
        {
            rows.Add(new WorkRow(
                TimeOf(query.Text(0)), query.Long(1), query.Long(2), query.Long(3), query.Long(4), query.Long(5), query.Long(6) / 1e6, query.Long(7), query.Long(8), query.Long(9), query.Long(10),
                query.Long(11) / 1e6, query.Long(12) / 1e6));
        }

        return rows.ToImmutable();
    }

    private static ImmutableArray<WorkOfUser> Users(Database database, Condition which)
    {
        var query = database.Prepare($"""
            SELECT user, SUM(jobs_submitted), SUM(normal + failed + lost), SUM(wall_us), SUM(cpu_us) FROM work WHERE {which.Sql} GROUP BY user ORDER BY user
            """).Bind(which);
        var users = ImmutableArray.CreateBuilder<WorkOfUser>();
        while (query.Step())
        {
            users.Add(new WorkOfUser(query.Text(0), query.Long(1), query.Long(2), query.Long(3) / 1e6, query.Long(4) / 1e6));
        }

        return users.ToImmutable();
    }

    private static List<KeyValuePair<string, long>> Tallies(Database database, string kind, Condition which)
    {
        var query = database.Prepare($"SELECT word, SUM(count) FROM work_tallies WHERE {which.Sql} AND kind = ? GROUP BY word ORDER BY word").Bind(which).Bind(kind);
        var tallies = new List<KeyValuePair<string, long>>();
        while (query.Step())
        {
            tallies.Add(KeyValuePair.Create(query.Text(0), query.Long(1)));
        }

        return tallies;
    }

    private static string TextOf(WorkSpan span, DateTimeOffset at) => at.UtcDateTime.ToString(span == WorkSpan.Hour ? "yyyy-MM-ddTHH" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset TimeOf(string text) => DateTimeOffset.ParseExact(text, ["yyyy-MM-ddTHH", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
