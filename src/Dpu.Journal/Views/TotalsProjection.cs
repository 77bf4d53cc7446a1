using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// Keeps the sums of the queue as rows of <c>queue_totals</c>, by whose jobs they are, who sees them and how they stand: what every look at the queue asks for costs the same, however many jobs
/// there are. Only what is there has a row, so that batches do not matter.
/// </summary>
internal static class TotalsProjection
{
    /// <summary>A job stands otherwise than when it was written last.</summary>
    /// <param name="database">Where to.</param>
    /// <param name="user">Its user.</param>
    /// <param name="before">How it stood; null for a new job.</param>
    /// <param name="after">How it stands.</param>
    public static void Move(Database database, string user, CountedJob? before, CountedJob after)
    {
        if (before == after)
        {
            return;
        }

        if (before is { } old)
        {
            Add(database, user, old, -1);
        }

        Add(database, user, after, +1);
        if (before is { } left && (left.Project, left.Privileges, left.Status) != (after.Project, after.Privileges, after.Status))
        {
            database.Prepare("DELETE FROM queue_totals WHERE user = ? AND project = ? AND privileges = ? AND status = ? AND jobs = 0")
                .Bind(user).Bind(left.Project).Bind(left.Privileges).Bind(ViewText.Of(left.Status)).Run();
        }
    }

    private static void Add(Database database, string user, CountedJob job, int sign)
    {
        var counts = job.Counts;
        database.Prepare("""
            INSERT INTO queue_totals (user, project, privileges, status, jobs, normal, error, aborted, submitted, unknown) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (user, project, privileges, status) DO UPDATE SET jobs = jobs + excluded.jobs, normal = normal + excluded.normal, error = error + excluded.error,
              aborted = aborted + excluded.aborted, submitted = submitted + excluded.submitted, unknown = unknown + excluded.unknown
            """)
            .Bind(user).Bind(job.Project).Bind(job.Privileges).Bind(ViewText.Of(job.Status)).Bind(sign)
            .Bind((long)sign * counts.Normal).Bind((long)sign * counts.Error).Bind((long)sign * counts.Aborted).Bind((long)sign * counts.Submitted).Bind((long)sign * counts.Unknown).Run();
    }
}

/// <summary>A job as the sums count it.</summary>
internal readonly record struct CountedJob(string Project, int Privileges, JobStatus Status, TaskCounts Counts);
