using System.Collections.Immutable;
using Dpu.Client.Contracts;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>What was done in a time.</summary>
internal sealed class StatisticsEndpoint(ApiServices services)
{
    private const string Hour = "hour";
    private const string Day = "day";
    private const string Week = "week";
    private const int DaysOfAWeek = 7;

    /// <summary>More than so many cannot be looked at.</summary>
    public const int BucketsMax = 800;

    private static readonly TimeSpan Usual = TimeSpan.FromDays(7);
    private static readonly TimeSpan ByTheHourUpTo = TimeSpan.FromDays(4);
    private static readonly TimeSpan ByTheDayUpTo = TimeSpan.FromDays(200);

    public async Task<IResult> ReadAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var now = services.System.Time.GetUtcNow();
        if (!TimeText.TryParse(query["to"], now, out var to) || !TimeText.TryParse(query["from"], to - Usual, out var from))
        {
            return TimeText.Bad(TimeText.TryParse(query["to"], now, out _) ? query["from"] : query["to"]);
        }

        var bucket = query["bucket"].ToString() is { Length: > 0 } asked ? asked : to - from <= ByTheHourUpTo ? Hour : to - from <= ByTheDayUpTo ? Day : Week;
        if (bucket is not (Hour or Day or Week))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-bucket", $"'{bucket}' is no bucket: use {Hour}, {Day} or {Week}.");
        }

        var begins = BeginsOf(bucket, from, to);
        if (begins.IsEmpty)
        {
            return ProblemResult.Because(
                StatusCodes.Status422UnprocessableEntity, "bad-span", $"From {from:O} to {to:O} there is nothing, or more than {BucketsMax} of '{bucket}': 'from' comes before 'to', and a longer time is told by a longer bucket.");
        }

        await services.FreshenAsync(context.RequestAborted);
        var end = EndOf(bucket, begins[^1]);
        var report = await services.VisibleTo(context).Queue.GetWorkAsync(bucket == Hour ? WorkSpan.Hour : WorkSpan.Day, begins[0], end, context.RequestAborted);
        return Endpoints.Json(Report(bucket, begins, end, report), ApiJson.Default.StatisticsReport);
    }

    /// <summary>The begins of all buckets that overlap a time; none when it is empty or there are too many. A day begins at midnight in UTC, a week on Monday.</summary>
    internal static ImmutableArray<DateTimeOffset> BeginsOf(string bucket, DateTimeOffset from, DateTimeOffset to)
    {
        var begins = ImmutableArray.CreateBuilder<DateTimeOffset>();
        for (var begin = BeginOf(bucket, from); begin < to && from < to; begin = EndOf(bucket, begin))
        {
            if (begins.Count == BucketsMax)
            {
                return [];
            }

            begins.Add(begin);
        }

        return begins.ToImmutable();
    }

    private static DateTimeOffset BeginOf(string bucket, DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        var day = new DateTimeOffset(utc.Date, TimeSpan.Zero);
        return bucket switch
        {
            Hour => day.AddHours(utc.Hour),
            Day => day,
            _ => day.AddDays(-(((int)day.DayOfWeek + DaysOfAWeek - (int)DayOfWeek.Monday) % DaysOfAWeek)),
        };
    }

    private static DateTimeOffset EndOf(string bucket, DateTimeOffset begin) => bucket switch
    {
        Hour => begin.AddHours(1),
        Day => begin.AddDays(1),
        _ => begin.AddDays(DaysOfAWeek),
    };

    private static StatisticsReport Report(string bucket, ImmutableArray<DateTimeOffset> begins, DateTimeOffset end, WorkReport report)
    {
        var rows = report.Rows.ToLookup(row => BeginOf(bucket, row.Begin));
        var wall = report.Users.Sum(user => user.WallSeconds);
        return new StatisticsReport(
            begins[0],
            end,
            bucket,
            [.. begins.Select(begin => Bucket(begin, rows[begin]))],
            [
                .. report.Users.OrderByDescending(user => user.WallSeconds).ThenBy(user => user.User, StringComparer.Ordinal)
                    .Select(user => new UserShare(user.User, user.JobsSubmitted, user.Ended, user.WallSeconds, user.CpuSeconds, wall > 0 ? user.WallSeconds / wall : 0)),
            ],
            [.. report.Causes.OrderByDescending(cause => cause.Value).Select(cause => new CauseCount(cause.Key.ToLowerInvariant(), cause.Value))],
            [.. report.Waits.Select(wait => new WaitClass(double.IsFinite(wait.Key) ? wait.Key : null, wait.Value))],
            [.. report.Estimates.Select(score => new EstimateQuality(score.Program, score.Steps, score.MedianRatio, score.WithinFactor2))]);
    }

    private static WorkBucket Bucket(DateTimeOffset begin, IEnumerable<WorkRow> rows)
    {
        var sum = rows.Aggregate(new WorkRow(begin, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), static (a, b) => a with
        {
            JobsSubmitted = a.JobsSubmitted + b.JobsSubmitted,
            JobsStarted = a.JobsStarted + b.JobsStarted,
            JobsFinished = a.JobsFinished + b.JobsFinished,
            JobsFailed = a.JobsFailed + b.JobsFailed,
            JobsCancelled = a.JobsCancelled + b.JobsCancelled,
            WaitedSeconds = a.WaitedSeconds + b.WaitedSeconds,
            Started = a.Started + b.Started,
            Normal = a.Normal + b.Normal,
            Failed = a.Failed + b.Failed,
            Lost = a.Lost + b.Lost,
            WallSeconds = a.WallSeconds + b.WallSeconds,
            CpuSeconds = a.CpuSeconds + b.CpuSeconds,
        });
        return new WorkBucket(
            begin,
            sum.JobsSubmitted,
            sum.JobsStarted,
            sum.JobsFinished,
            sum.JobsFailed,
            sum.JobsCancelled,
            sum.JobsStarted > 0 ? sum.WaitedSeconds / sum.JobsStarted : null,
            sum.Started,
            sum.Normal,
            sum.Failed,
            sum.Lost,
            sum.WallSeconds,
            sum.CpuSeconds);
    }
}
