using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>An attempt that a node was given and that has not ended.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="Step">The step of the job.</param>
/// <param name="User">Whose job.</param>
/// <param name="Row">The attempt as it stands.</param>
public sealed record GivenAttempt(AttemptId Attempt, string Step, string User, AttemptRow Row);

/// <summary>What runs on a node.</summary>
internal static class RunningQueries
{
    /// <param name="database">Where from.</param>
    /// <param name="node">The node.</param>
    /// <param name="after">Only those behind this one; null for the first ones.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="caller">Who asks; null for the DPU itself, which sees all.</param>
    public static ImmutableArray<GivenAttempt> On(Database database, string node, AttemptId? after, int limit, Caller? caller)
    {
        var seen = Sight.OfWhatIsMade(caller, "j", "user");
        var query = database.Prepare($"""
            SELECT a.job_id, a.task, a.attempt, s.name, j.user, a.started_at, a.memory_bytes
            FROM attempts a INDEXED BY attempts_running JOIN jobs j USING (job_id)
              JOIN steps s ON s.job_id = a.job_id AND a.task >= s.first_task AND a.task < s.first_task + s.task_count
            WHERE a.state = 'Running' AND a.node = ? AND (a.job_id, a.task, a.attempt) > (?, ?, ?) AND {seen.Sql} ORDER BY a.job_id, a.task, a.attempt LIMIT ?
            """).Bind(node).Bind(after?.Job.Value ?? -1L).Bind(after?.Task ?? -1L).Bind(after?.Number ?? -1L).Bind(seen).Bind(limit);
        var running = ImmutableArray.CreateBuilder<GivenAttempt>();
        while (query.Step())
        {
            var attempt = new AttemptId(new JobId(query.Int(0)), query.Int(1), query.Int(2));
            var row = new AttemptRow(attempt.Number, node, TaskViewState.Running, query.Time(5), null, null, "", null, null, null, null, null) { MemoryBytes = query.Long(6) };
            running.Add(new GivenAttempt(attempt, query.Text(3), query.Text(4), row));
        }

        return running.ToImmutable();
    }
}
