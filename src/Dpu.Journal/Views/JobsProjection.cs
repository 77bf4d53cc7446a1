using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Folds a job's events into <c>jobs</c>, <c>steps</c>, <c>tasks</c> and <c>attempts</c>.</summary>
internal sealed class JobsProjection(Database database, JobContexts contexts)
{
    public void Apply(JobEvent.Submitted submitted)
    {
        var (job, spec) = (submitted.Job.Value, submitted.Spec);
        var steps = submitted.Plan.Steps
            .Select((step, index) => new StepContext(index, step.Name, step.Recipe, step.First, step.Count, new TaskCounts(0, 0, 0, step.Count, 0)))
            .ToArray();
        var context = new JobContext(job, spec.User, spec.Commit, steps);
        database.Prepare("""
            INSERT INTO jobs (job_id, sequence, user, status, priority, tags, commits, estimated_seconds, idempotency_key, fingerprint, submitted_at,
              normal, error, aborted, submitted, unknown) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
            .Bind(job).Bind(spec.Sequence).Bind(spec.User).Bind(ViewText.Of(context.Status)).Bind(spec.Priority).Bind(ViewText.OfTags(spec.Tags))
            .Bind(spec.Commit).Bind(spec.EstimatedSeconds).Bind(spec.IdempotencyKey).Bind(spec.Fingerprint).Bind(submitted.At)
            .Bind(context.Counts).Run();
        if (spec.Campaign is { } campaign)
        {
            AddToCampaign(job, campaign, spec.Asked);
        }

        for (var index = 0; index < steps.Length; index++)
        {
            AddStep(job, index, submitted.Plan.Steps[index], steps[index].Counts);
        }

        contexts.Add(context);
    }

    public void Apply(JobContext context, JobEvent.TasksStarted started)
    {
        foreach (var attempt in started.Attempts)
        {
            database.Prepare("""
                INSERT INTO tasks (job_id, task, state, started_at) VALUES (?, ?, 'Running', ?)
                ON CONFLICT (job_id, task) DO UPDATE SET state = 'Running', started_at = COALESCE(started_at, excluded.started_at),
                  cause = NULL, message = NULL, ended_at = NULL
                """).Bind(context.Job).Bind(attempt.Task).Bind(started.At).Run();
            database.Prepare("INSERT INTO attempts (job_id, task, attempt, node, state, started_at) VALUES (?, ?, ?, ?, 'Running', ?)")
                .Bind(context.Job).Bind(attempt.Task).Bind(attempt.Number).Bind(started.Node).Bind(started.At).Run();
            context.Move(attempt.Task, Before(context, attempt.Task), TaskViewState.Running);
        }

        context.StartedAt ??= started.At;
        context.Touch(started.At);
    }

    public void Apply(JobContext context, JobEvent.TasksEnded ended)
    {
        foreach (var end in ended.Ends)
        {
            var (task, attempt) = StatesAfter(end);
            EndAttempt(context.Job, end, attempt, ended.At);
            database.Prepare("UPDATE tasks SET state = ?, cause = ?, message = ?, ended_at = ? WHERE job_id = ? AND task = ?")
                .Bind(ViewText.Of(task)).Bind(ViewText.Of(end.Cause)).Bind(NullIfEmpty(end.Message))
                .Bind(task == TaskViewState.Submitted ? null : ended.At)
                .Bind(context.Job).Bind(end.Task).Run();
            context.Move(end.Task, Before(context, end.Task), task);
        }

        context.Touch(ended.At);
    }

    public void Apply(JobContext context, JobEvent.AttemptsLost lost)
    {
        foreach (var attempt in lost.Attempts)
        {
            database.Prepare("UPDATE attempts SET state = 'Unknown', cause = 'Node', message = ?, ended_at = ? WHERE job_id = ? AND task = ? AND attempt = ?")
                .Bind(lost.Reason).Bind(lost.At).Bind(context.Job).Bind(attempt.Task).Bind(attempt.Number).Run();
            database.Prepare("UPDATE tasks SET state = 'Unknown', cause = 'Node', message = ? WHERE job_id = ? AND task = ?")
                .Bind(lost.Reason).Bind(context.Job).Bind(attempt.Task).Run();
            context.Move(attempt.Task, Before(context, attempt.Task), TaskViewState.Unknown);
            context.Unknown.Add(attempt.Task);
        }

        context.Touch(lost.At);
    }

    public void Apply(JobContext context, JobEvent.TasksAborted aborted)
    {
        foreach (var range in aborted.Tasks)
        {
            database.Prepare("UPDATE tasks SET state = 'Aborted', message = ?, ended_at = ? WHERE job_id = ? AND task >= ? AND task < ?")
                .Bind(aborted.Reason).Bind(aborted.At).Bind(context.Job).Bind(range.First).Bind(range.End).Run();
            database.Prepare("INSERT INTO aborted_tasks (job_id, first_task, task_count, reason, at) VALUES (?, ?, ?, ?, ?)")
                .Bind(context.Job).Bind(range.First).Bind(range.Count).Bind(aborted.Reason).Bind(aborted.At).Run();
            CountAborted(context, range);
        }

        context.Touch(aborted.At);
    }

    public static void Apply(JobContext context, JobEvent.CancelRequested cancel)
    {
        context.CancelledBy = cancel.By;
        context.Touch(cancel.At);
    }

    private void AddToCampaign(int job, CampaignUnit unit, AskedOptions asked) =>
        database.Prepare("INSERT INTO campaign_jobs (job_id, campaign, request, unit, attempt, arguments, options, memory_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(job).Bind(unit.Name).Bind(unit.Request).Bind(unit.Unit).Bind(unit.Attempt)
            .Bind(ViewText.OfTags(asked.Arguments)).Bind(asked.Options).Bind(asked.MemoryBytes).Run();

    private void AddStep(int job, int index, StepPlan step, TaskCounts counts)
    {
        database.Prepare("""
            INSERT INTO steps (job_id, step, name, recipe, first_task, task_count, cpus, memory_bytes, wall_seconds,
              normal, error, aborted, submitted, unknown) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
            .Bind(job).Bind(index).Bind(step.Name).Bind(step.Recipe).Bind(step.First).Bind(step.Count).Bind(step.Resources.Cpus)
            .Bind(step.Resources.MemoryBytes).Bind(step.WallTime?.TotalSeconds).Bind(counts).Run();
        if (step.Work is StepWork.Groups groups)
        {
            for (var task = 0; task < groups.Tasks.Length; task++)
            {
                database.Prepare("INSERT INTO tasks (job_id, task, keys, state) VALUES (?, ?, ?, 'Submitted')")
                    .Bind(job).Bind(step.First + task).Bind(ViewText.OfKeys(groups.Tasks[task].Keys)).Run();
            }
        }
    }

    private void EndAttempt(int job, AttemptEnd end, TaskViewState state, DateTimeOffset at)
    {
        var exit = end.Exit;
        database.Prepare("""
            UPDATE attempts SET state = ?, started_at = COALESCE(?, started_at), ended_at = ?, cause = ?, message = ?, retried = ?, exit_code = ?, signal = ?,
              end_reason = ?, cpu_seconds = ?, max_rss_bytes = ?, memory_source = ?, output_bytes = ?
            WHERE job_id = ? AND task = ? AND attempt = ?
            """)
            .Bind(ViewText.Of(state)).Bind(exit?.StartedAt).Bind(exit?.EndedAt ?? at).Bind(ViewText.Of(end.Cause)).Bind(NullIfEmpty(end.Message))
            .Bind(end.Retry).Bind(exit?.ExitCode).Bind(exit?.Signal).Bind(exit?.Reason.ToString()).Bind(exit?.CpuSeconds).Bind(exit?.MaxRssBytes)
            .Bind(exit?.MemorySource.ToString()).Bind(exit?.OutputBytes)
            .Bind(job).Bind(end.Task).Bind(end.Number).Run();
    }

    private static (TaskViewState Task, TaskViewState Attempt) StatesAfter(AttemptEnd end) => end switch
    {
        { Cause: null } => (TaskViewState.Normal, TaskViewState.Normal),
        { Cause: FailureCause.Cancelled, Retry: false } => (TaskViewState.Aborted, TaskViewState.Aborted),
        { Cause: FailureCause.Cancelled } => (TaskViewState.Submitted, TaskViewState.Aborted),
        { Retry: true } => (TaskViewState.Submitted, TaskViewState.Error),
        _ => (TaskViewState.Error, TaskViewState.Error),
    };

    // Every task that has not ended is counted as submitted, save those whose outcome is unknown.
    private static TaskViewState Before(JobContext context, int task) =>
        context.Unknown.Remove(task) ? TaskViewState.Unknown : TaskViewState.Submitted;

    private static void CountAborted(JobContext context, TaskRange range)
    {
        foreach (var step in context.Steps)
        {
            var (first, end) = (Math.Max(range.First, step.First), Math.Min(range.End, step.End));
            if (first < end)
            {
                var unknown = context.Unknown.RemoveWhere(task => task >= first && task < end);
                step.Add(TaskViewState.Unknown, -unknown);
                step.Add(TaskViewState.Submitted, unknown - (end - first));
                step.Add(TaskViewState.Aborted, end - first);
            }
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
