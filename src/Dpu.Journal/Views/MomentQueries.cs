using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Which part of the queue of a past moment; null means any.</summary>
/// <param name="At">The moment.</param>
/// <param name="User">Only this user's jobs.</param>
/// <param name="Unfinished">Only those that had not ended.</param>
/// <param name="Before">Only jobs that were submitted before this one: for the next page.</param>
/// <param name="Limit">At most so many, the newest.</param>
public sealed record MomentFilter(DateTimeOffset At, string? User = null, bool Unfinished = false, JobId? Before = null, int Limit = 100);

/// <summary>The queue at a moment.</summary>
/// <param name="Jobs">As they stood then, by falling number. Whose they are and who sees them is as it is now.</param>
/// <param name="Last">The one behind which the next page begins: of jobs that were submitted at the same time, numbers need not rise with it. Null of an empty page.</param>
/// <param name="Submitted">How many there had been until then.</param>
/// <param name="Unfinished">How many of them have not ended, or ended later (for good: some may have been tried again).</param>
/// <param name="Earlier">The last submission or end before the moment; null when there was none.</param>
/// <param name="Later">The first one after it; null when there is none.</param>
/// <param name="First">The first submission of all; null before it.</param>
public sealed record QueueMoment(ImmutableArray<JobRow> Jobs, JobId? Last, long Submitted, long Unfinished, DateTimeOffset? Earlier, DateTimeOffset? Later, DateTimeOffset? First);

/// <summary>Queries of <c>job_moments</c>: the queue as it was.</summary>
internal static class MomentQueries
{
    /// <param name="database">Where from.</param>
    /// <param name="filter">When, and which jobs.</param>
    /// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
    public static QueueMoment At(Database database, MomentFilter filter, Caller? caller)
    {
        var seen = Sight.OfLines(caller, "jobs").And(filter.User is { } user ? new Condition("jobs.user = ?", [user]) : Condition.Always);
        var jobs = Jobs(database, filter, seen);
        return new QueueMoment(
            [.. jobs.OrderByDescending(row => row.Job.Value)],
            jobs.IsEmpty ? null : jobs[^1].Job,
            Count(database, "", filter.At, seen),
            Count(database, " AND (jobs.ended_at IS NULL OR jobs.ended_at > ?)", filter.At, seen),
            Latest(Time(database, "submitted_at", "<", "DESC", filter.At, seen), Time(database, "ended_at", "<", "DESC", filter.At, seen)),
            Earliest(Time(database, "submitted_at", ">", "ASC", filter.At, seen), Time(database, "ended_at", ">", "ASC", filter.At, seen)),
            Time(database, "submitted_at", ">", "ASC", DateTimeOffset.MinValue, seen));
    }

    /// <summary>
    /// By when they were submitted, which the index goes by. Jobs that had ended for good are passed over in the index; one that was tried again later may have ended in between, which its
    /// own moments tell.
    /// </summary>
    private static ImmutableArray<JobRow> Jobs(Database database, MomentFilter filter, Condition seen)
    {
        var query = database.Prepare($"""
            SELECT jobs.job_id, m.status, m.normal, m.error, m.aborted, m.submitted, m.unknown, m.started_at, m.ended_at, m.held_by, m.priority
            FROM jobs INDEXED BY jobs_of_submission JOIN job_moments m ON m.job_id = jobs.job_id AND (m.at, m.number) =
              (SELECT at, number FROM job_moments l WHERE l.job_id = jobs.job_id AND l.at <= ? ORDER BY l.at DESC, l.number DESC LIMIT 1)
            WHERE jobs.submitted_at <= ? AND {seen.Sql}
              {(filter.Before is null ? "" : "AND (jobs.submitted_at, jobs.job_id) < (SELECT b.submitted_at, b.job_id FROM jobs b WHERE b.job_id = ?)")}
              {(filter.Unfinished ? "AND (jobs.ended_at IS NULL OR jobs.ended_at > ?) AND m.status IN ('QUEUED', 'RUNNING', 'HELD')" : "")}
            ORDER BY jobs.submitted_at DESC, jobs.job_id DESC LIMIT ?
            """).Bind(filter.At).Bind(filter.At).Bind(seen);
        if (filter.Before is { } before)
        {
            query.Bind(before.Value);
        }

        if (filter.Unfinished)
        {
            query.Bind(filter.At);
        }

        query.Bind(filter.Limit);
        var rows = ImmutableArray.CreateBuilder<JobRow>();
        while (query.Step())
        {
            var now = JobQueries.Find(database, new JobId(query.Int(0))) ?? throw new InvalidOperationException($"Job {query.Int(0)} has moments and no row.");
            rows.Add(now with
            {
                Status = ViewText.Status(query.Text(1)),
                Counts = query.Counts(2),
                StartedAt = query.TimeOrNull(7),
                EndedAt = query.TimeOrNull(8),
                HeldBy = query.TextOrNull(9),
                HeldBecause = query.TextOrNull(9) == now.HeldBy ? now.HeldBecause : null,
                Priority = query.Int(10),
            });
        }

        return rows.ToImmutable();
    }

    private static long Count(Database database, string which, DateTimeOffset at, Condition seen)
    {
        var query = database.Prepare($"SELECT COUNT(*) FROM jobs INDEXED BY jobs_of_submission WHERE jobs.submitted_at <= ? AND {seen.Sql}{which}").Bind(at).Bind(seen);
        if (which.Length > 0)
        {
            query.Bind(at);
        }

        query.Step();
        var count = query.Long(0);
        query.Reset();
        return count;
    }

    private static DateTimeOffset? Time(Database database, string column, string than, string order, DateTimeOffset at, Condition seen)
    {
        var query = database.Prepare($"SELECT jobs.{column} FROM jobs WHERE jobs.{column} {than} ? AND {seen.Sql} ORDER BY jobs.{column} {order} LIMIT 1").Bind(at).Bind(seen);
        var time = query.Step() ? query.TimeOrNull(0) : null;
        query.Reset();
        return time;
    }

    private static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}
