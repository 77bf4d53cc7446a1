using System.Collections.Immutable;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Jobs;
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
    private const string IsLast = """
        NOT EXISTS (SELECT 1 FROM campaign_jobs later WHERE later.campaign = c.campaign AND later.request = c.request AND later.unit = c.unit
          AND (later.attempt, later.job_id) > (c.attempt, c.job_id))
        """;

    public static ImmutableArray<CampaignRow> List(Database database)
    {
        var totals = database.Prepare("""
            SELECT c.campaign, COUNT(DISTINCT c.request || char(0) || c.unit), COUNT(*), MIN(j.submitted_at), MAX(j.submitted_at)
            FROM campaign_jobs c JOIN jobs j USING (job_id) GROUP BY c.campaign ORDER BY c.campaign
            """);
        var names = new List<(string Name, long Units, long Jobs, DateTimeOffset First, DateTimeOffset Last)>();
        while (totals.Step())
        {
            names.Add((totals.Text(0), totals.Long(1), totals.Long(2), totals.Time(3), totals.Time(4)));
        }

        totals.Reset();
        return [.. names.Select(campaign => Sum(database, campaign.Name, campaign.Units, campaign.Jobs, campaign.First, campaign.Last))];
    }

    public static ImmutableArray<CampaignJob> LastAttempts(Database database, string campaign, DateTimeOffset since)
    {
        var query = database.Prepare($"""
            SELECT c.job_id, c.campaign, c.request, c.unit, c.attempt, j.status, j.ended_at, j.user, j.sequence, c.arguments, c.options, c.memory_bytes,
              j.priority, j.tags
            FROM campaign_jobs c JOIN jobs j USING (job_id)
            WHERE c.campaign = ? AND (j.ended_at IS NULL OR j.ended_at >= ?) AND {IsLast} ORDER BY c.job_id
            """).Bind(campaign).Bind(since);
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
                ViewText.Tags(query.Text(13))));
        }

        query.Reset();
        return jobs.ToImmutable();
    }

    public static int Attempts(Database database, string campaign, int request, string unit)
    {
        var query = database.Prepare("SELECT COALESCE(MAX(attempt), 0) FROM campaign_jobs WHERE campaign = ? AND request = ? AND unit = ?")
            .Bind(campaign).Bind(request).Bind(unit);
        query.Step();
        var attempts = query.Int(0);
        query.Reset();
        return attempts;
    }

    private static CampaignRow Sum(Database database, string name, long units, long jobs, DateTimeOffset first, DateTimeOffset last)
    {
        var query = database.Prepare($"""
            SELECT j.status, COUNT(*), SUM(j.normal), SUM(j.error), SUM(j.aborted), SUM(j.submitted), SUM(j.unknown)
            FROM campaign_jobs c JOIN jobs j USING (job_id) WHERE c.campaign = ? AND {IsLast} GROUP BY j.status
            """).Bind(name);
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
