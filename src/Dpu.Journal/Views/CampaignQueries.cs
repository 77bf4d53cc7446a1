using System.Collections.Immutable;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>A campaign in figures. Of a unit that was submitted several times only the last attempt counts, save in <paramref name="Jobs"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Units">Units of all its requests.</param>
/// <param name="Jobs">Jobs, all attempts.</param>
/// <param name="ByStatus">Units by the status of their last attempt; those without any are left out.</param>
/// <param name="Counts">Tasks of the last attempts.</param>
/// <param name="FirstAt">When its first job was submitted.</param>
/// <param name="LastAt">When its last job was submitted.</param>
public sealed record CampaignRow(
    string Name,
    long Units,
    long Jobs,
    ImmutableSortedDictionary<JobStatus, long> ByStatus,
    TaskCounts Counts,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt);

/// <summary>Queries of <c>campaign_jobs</c>.</summary>
internal static class CampaignQueries
{
    public static ImmutableArray<CampaignRow> List(Database database, Caller? caller)
    {
        var seen = Sight.OfLines(caller, "j");
        var totals = database.Prepare($"""
            SELECT c.campaign, COUNT(DISTINCT c.request || char(0) || c.unit), COUNT(*), MIN(j.submitted_at), MAX(j.submitted_at)
            FROM campaign_jobs c JOIN jobs j USING (job_id) WHERE {seen.Sql} GROUP BY c.campaign ORDER BY c.campaign
            """).Bind(seen);
        var names = new List<(string Name, long Units, long Jobs, DateTimeOffset First, DateTimeOffset Last)>();
        while (totals.Step())
        {
            names.Add((totals.Text(0), totals.Long(1), totals.Long(2), totals.Time(3), totals.Time(4)));
        }

        totals.Reset();
        return [.. names.Select(campaign => Sum(database, caller, campaign.Name, campaign.Units, campaign.Jobs, campaign.First, campaign.Last))];
    }

    public static ImmutableArray<CampaignJob> LastAttempts(Database database, string campaign, DateTimeOffset since, Caller? caller)
    {
        var seen = Sight.OfLines(caller, "j");
        var isLast = IsLast(caller);
        var query = database.Prepare($"""
            SELECT c.job_id, c.campaign, c.request, c.unit, c.attempt, j.status, j.ended_at, j.user, j.sequence, c.arguments, c.options, c.memory_bytes,
              j.priority, j.tags, j.project, j.privileges, j.code_sha256
            FROM campaign_jobs c JOIN jobs j USING (job_id)
            WHERE c.campaign = ? AND (j.ended_at IS NULL OR j.ended_at >= ?) AND {seen.Sql} AND {isLast.Sql} ORDER BY c.job_id
            """).Bind(campaign).Bind(since).Bind(seen).Bind(isLast);
        var jobs = ImmutableArray.CreateBuilder<CampaignJob>();
        while (query.Step())
        {
            jobs.Add(new CampaignJob(
                new JobId(query.Int(0)),
                new CampaignUnit(query.Text(1), query.Int(2), query.Text(3), query.Int(4)),
                ViewText.Status(query.Text(5)),
                query.TimeOrNull(6),
                query.Text(7),
                query.Text(8),
                new AskedOptions(ViewText.Tags(query.Text(9)), query.TextOrNull(10), query.LongOrNull(11)),
                query.Int(12),
                ViewText.Tags(query.Text(13)))
            {
                Context = new WorkContext(query.Text(14), (Privileges)query.Int(15)),
                RanOwnCode = !query.IsNull(16),
            });
        }

        query.Reset();
        return jobs.ToImmutable();
    }

    public static int Attempts(Database database, string campaign, int request, string unit, string user)
    {
        var query = database.Prepare("""
            SELECT COALESCE(MAX(c.attempt), 0) FROM campaign_jobs c JOIN jobs j USING (job_id)
            WHERE c.campaign = ? AND c.request = ? AND c.unit = ? AND (j.privileges > 1 OR j.user = ?)
            """).Bind(campaign).Bind(request).Bind(unit).Bind(user);
        query.Step();
        var attempts = query.Int(0);
        query.Reset();
        return attempts;
    }

    /// <summary>Nobody tried the unit again, in a job whose line is seen.</summary>
    private static Condition IsLast(Caller? caller)
    {
        var seen = Sight.OfLines(caller, "again");
        return new Condition(
            $"""
            NOT EXISTS (SELECT 1 FROM campaign_jobs later JOIN jobs again USING (job_id)
              WHERE later.campaign = c.campaign AND later.request = c.request AND later.unit = c.unit
                AND (later.attempt, later.job_id) > (c.attempt, c.job_id) AND {seen.Sql})
            """,
            seen.Values);
    }

    private static CampaignRow Sum(Database database, Caller? caller, string name, long units, long jobs, DateTimeOffset first, DateTimeOffset last)
    {
        var (seen, isLast) = (Sight.OfLines(caller, "j"), IsLast(caller));
        var query = database.Prepare($"""
            SELECT j.status, COUNT(*), SUM(j.normal), SUM(j.error), SUM(j.aborted), SUM(j.submitted), SUM(j.unknown)
            FROM campaign_jobs c JOIN jobs j USING (job_id) WHERE c.campaign = ? AND {seen.Sql} AND {isLast.Sql} GROUP BY j.status
            """).Bind(name).Bind(seen).Bind(isLast);
        var statuses = ImmutableSortedDictionary.CreateBuilder<JobStatus, long>();
        var counts = default(TaskCounts);
        while (query.Step())
        {
            statuses[ViewText.Status(query.Text(0))] = query.Long(1);
            var some = query.Counts(2);
            counts = new TaskCounts(
                counts.Normal + some.Normal, counts.Error + some.Error, counts.Aborted + some.Aborted, counts.Submitted + some.Submitted, counts.Unknown + some.Unknown);
        }

        query.Reset();
        return new CampaignRow(name, units, jobs, statuses.ToImmutable(), counts, first, last);
    }
}
