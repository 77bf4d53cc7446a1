using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>
/// Keeps how each job stood after each of its events as rows of <c>job_moments</c>: the queue of any past moment is then the last row of each job before it, however long a job's history is.
/// </summary>
internal sealed class MomentsProjection(Database database)
{
    /// <param name="context">The job, as the event left it.</param>
    /// <param name="number">The event's number among the job's.</param>
    /// <param name="at">When it happened.</param>
    public void Apply(JobContext context, long number, DateTimeOffset at) =>
        database.Prepare("""
            INSERT INTO job_moments (job_id, at, number, status, started_at, ended_at, held_by, priority, normal, error, aborted, submitted, unknown)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
            .Bind(context.Job).Bind(at).Bind(number).Bind(ViewText.Of(context.Status)).Bind(context.StartedAt).Bind(context.EndedAt).Bind(context.HeldBy).Bind(context.Priority)
            .Bind(context.Counts).Run();
}
