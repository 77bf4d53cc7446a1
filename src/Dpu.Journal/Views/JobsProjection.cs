using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Folds a job's events into <c>jobs</c>, <c>steps</c>, <c>tasks</c> and <c>attempts</c>.</summary>
internal sealed class JobsProjection(Database database, JobContexts contexts)
{
    public JobContext Apply(JobEvent.Submitted submitted, long ordering)
    {
        var (job, spec) = (submitted.Job.Value, submitted.Spec);
        var steps = submitted.Plan.Steps
            .Select((step, index) => new StepContext(index, step.Name, step.Recipe, step.First, step.Count, step.Resources.MemoryBytes, new TaskCounts(0, 0, 0, step.Count, 0)))
            .ToArray();
        var context = new JobContext(job, spec.User, spec.Commit, steps)
        {
            Priority = spec.Priority,
            WaitsFor = spec.After,
            Work = spec.Context,
            CodeSha256 = spec.Code?.Sha256,
            SubmittedAt = submitted.At,
            Changed = ordering,
            Dirty = true,
        };
        database.Prepare("""
            INSERT INTO jobs (job_id, sequence, user, project, privileges, version, code_sha256, status, priority, tags, commits, estimated_seconds, idempotency_key, fingerprint, submitted_at,
              after, waits_for, normal, error, aborted, submitted, unknown, notify, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
            .Bind(job).Bind(spec.Sequence).Bind(spec.User).Bind(spec.Context.Project).Bind((int)spec.Context.Privileges).Bind(spec.Version).Bind(spec.Code?.Sha256)
            .Bind(ViewText.Of(context.Status)).Bind(spec.Priority).Bind(ViewText.OfTags(spec.Tags))
            .Bind(spec.Commit).Bind(spec.EstimatedSeconds).Bind(spec.IdempotencyKey).Bind(spec.Fingerprint).Bind(submitted.At)
            .Bind(ViewText.OfJobs(spec.After)).Bind(ViewText.OfJobs(spec.After)).Bind(context.Counts).Bind(ViewText.OfWays(spec.Notify)).Bind(ordering).Run();
        if (spec.Campaign is { } campaign)
        {
            AddToCampaign(job, campaign, spec);
        }

        var kinds = new PlanKinds(submitted.Plan);
        for (var index = 0; index < steps.Length; index++)
        {
            AddStep(job, index, submitted.Plan.Steps[index], steps[index].Counts, kinds);
        }

        contexts.Add(context);
        return context;
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
            database.Prepare("""
                INSERT INTO attempts (job_id, task, attempt, node, state, started_at, memory_bytes)
                SELECT job_id, task, ?, ?, 'Running', ?, COALESCE(next_memory_bytes, ?) FROM tasks WHERE job_id = ? AND task = ?
                """)
                .Bind(attempt.Number).Bind(started.Node).Bind(started.At).Bind(context.StepOf(attempt.Task).MemoryBytes)
                .Bind(context.Job).Bind(attempt.Task).Run();
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
            database.Prepare("UPDATE tasks SET state = ?, cause = ?, message = ?, ended_at = ?, next_memory_bytes = COALESCE(?, next_memory_bytes) WHERE job_id = ? AND task = ?")
                .Bind(ViewText.Of(task)).Bind(ViewText.Of(end.Cause)).Bind(NullIfEmpty(end.Message))
                .Bind(task == TaskViewState.Submitted ? null : ended.At).Bind(end.NextMemoryBytes)
                .Bind(context.Job).Bind(end.Task).Run();
            context.Move(end.Task, Before(context, end.Task), task);
            context.Held.Remove(end.Task);
        }

        context.Touch(ended.At);
    }

    public void Apply(JobContext context, JobEvent.TasksHeld held)
    {
        foreach (var end in held.Ends)
        {
            EndAttempt(context.Job, end, TaskViewState.Held, held.At);
            database.Prepare("UPDATE tasks SET state = 'Held', message = ? WHERE job_id = ? AND task = ?")
                .Bind(held.Reason).Bind(context.Job).Bind(end.Task).Run();
            context.Held.Add(end.Task);
        }

        context.Touch(held.At);
    }

    public void Apply(JobContext context, JobEvent.ContextChanged changed)
    {
        (context.Work, context.Dirty) = (changed.Context, true);
        database.Prepare("UPDATE jobs SET project = ?, privileges = ? WHERE job_id = ?")
            .Bind(changed.Context.Project).Bind((int)changed.Context.Privileges).Bind(context.Job).Run();
    }

    /// <summary>What a person decided, or what other jobs came to: sums of the job, written with it.</summary>
    public static void ApplyToJob(JobContext context, JobEvent about)
    {
        switch (about)
        {
            case JobEvent.Held held:
                (context.HeldBy, context.HeldBecause) = (held.By, held.Reason);
                break;
            case JobEvent.Released:
                (context.HeldBy, context.HeldBecause) = (null, null);
                break;
            case JobEvent.PriorityChanged changed:
                context.Priority = changed.Priority;
                break;
            case JobEvent.PrerequisitesMet met:
                context.WaitsFor = context.WaitsFor.RemoveRange(met.Jobs);
                break;
            case JobEvent.CancelRequested cancel:
                (context.CancelledBy, context.HeldBy, context.HeldBecause) = (cancel.By, null, null);
                break;
            default:
                throw new InvalidOperationException($"{about.GetType().Name} is no event about a job as a whole.");
        }

        context.Touch(about.At);
    }

    public void Apply(JobContext context, JobEvent.TasksReopened reopened)
    {
        foreach (var range in reopened.Tasks)
        {
            foreach (var step in context.Steps)
            {
                var (first, end) = (Math.Max(range.First, step.First), Math.Min(range.End, step.End));
                if (first < end)
                {
                    Reopen(context.Job, step, first, end);
                }
            }
        }

        foreach (var change in reopened.Changes)
        {
            context.Steps[change.Step].MemoryBytes = change.MemoryBytes;
            database.Prepare("UPDATE steps SET memory_bytes = ? WHERE job_id = ? AND step = ?").Bind(change.MemoryBytes).Bind(context.Job).Bind(change.Step).Run();
        }

        context.Reopen();
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
            AddAborted(context.Job, range.First, range.End, aborted.Reason, aborted.At);
            CountAborted(context, range);
            context.Held.RemoveWhere(task => task >= range.First && task < range.End);
        }

        context.Touch(aborted.At);
    }

    /// <summary>All of them had ended; those without a row were aborted by the range.</summary>
    private void Reopen(int job, StepContext step, int first, int end)
    {
        var without = end - first;
        var states = database.Prepare("SELECT state, COUNT(*) FROM tasks WHERE job_id = ? AND task >= ? AND task < ? GROUP BY state").Bind(job).Bind(first).Bind(end);
        while (states.Step())
        {
            step.Add(ViewText.State(states.Text(0)), -states.Int(1));
            without -= states.Int(1);
        }

        states.Reset();
        step.Add(TaskViewState.Aborted, -without);
        step.Add(TaskViewState.Submitted, end - first);
        database.Prepare("""
            UPDATE tasks SET state = 'Submitted', cause = NULL, message = NULL, ended_at = NULL, next_memory_bytes = NULL WHERE job_id = ? AND task >= ? AND task < ?
            """).Bind(job).Bind(first).Bind(end).Run();
        CutAborted(job, first, end);
    }

    /// <summary>Takes tasks out of the ranges that were aborted: what is left of a range on either side stays.</summary>
    private void CutAborted(int job, int first, int end)
    {
        var rows = database.Prepare("SELECT first_task, task_count, reason, at FROM aborted_tasks WHERE job_id = ? AND first_task < ? AND first_task + task_count > ?")
            .Bind(job).Bind(end).Bind(first);
        var cut = new List<(TaskRange Range, string Reason, DateTimeOffset At)>();
        while (rows.Step())
        {
            cut.Add((new TaskRange(rows.Int(0), rows.Int(1)), rows.Text(2), rows.Time(3)));
        }

        rows.Reset();
        foreach (var (range, reason, at) in cut)
        {
            database.Prepare("DELETE FROM aborted_tasks WHERE job_id = ? AND first_task = ?").Bind(job).Bind(range.First).Run();
            AddAborted(job, range.First, first, reason, at);
            AddAborted(job, end, range.End, reason, at);
        }
    }

    private void AddAborted(int job, int first, int end, string reason, DateTimeOffset at)
    {
        if (first < end)
        {
            database.Prepare("INSERT INTO aborted_tasks (job_id, first_task, task_count, reason, at) VALUES (?, ?, ?, ?, ?)")
                .Bind(job).Bind(first).Bind(end - first).Bind(reason).Bind(at).Run();
        }
    }

    private void AddToCampaign(int job, CampaignUnit unit, JobSpec spec) =>
        database.Prepare("INSERT INTO campaign_jobs (job_id, campaign, request, unit, attempt, arguments, options, memory_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(job).Bind(unit.Name).Bind(unit.Request).Bind(unit.Unit).Bind(unit.Attempt)
            .Bind(ViewText.OfTags(spec.Asked.Arguments)).Bind(spec.Asked.Options).Bind(spec.Asked.MemoryBytes).Run();

    private void AddStep(int job, int index, StepPlan step, TaskCounts counts, PlanKinds kinds)
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
                var kind = kinds.Of(step.First + task);
                database.Prepare("INSERT INTO tasks (job_id, task, keys, instrument, chip, state) VALUES (?, ?, ?, ?, ?, 'Submitted')")
                    .Bind(job).Bind(step.First + task).Bind(ViewText.OfKeys(groups.Tasks[task].Keys)).Bind(kind.Instrument).Bind(kind.Chip).Run();
            }
        }
    }

    private void EndAttempt(int job, AttemptEnd end, TaskViewState state, DateTimeOffset at)
    {
        var exit = end.Exit;
        database.Prepare("""
            UPDATE attempts SET state = ?, started_at = COALESCE(?, started_at), ended_at = ?, cause = ?, message = ?, retried = ?, exit_code = ?, signal = ?,
              end_reason = ?, cpu_seconds = ?, max_rss_bytes = ?, memory_source = ?, output_bytes = ?, staging_in_seconds = ?, saving_seconds = ?
            WHERE job_id = ? AND task = ? AND attempt = ?
            """)
            .Bind(ViewText.Of(state)).Bind(exit?.StartedAt).Bind(exit?.EndedAt ?? at).Bind(ViewText.Of(end.Cause)).Bind(NullIfEmpty(end.Message))
            .Bind(end.Retry).Bind(exit?.ExitCode).Bind(exit?.Signal).Bind(exit?.Reason.ToString()).Bind(exit?.CpuSeconds).Bind(exit?.MaxRssBytes)
            .Bind(exit?.MemorySource.ToString()).Bind(exit?.OutputBytes).Bind(end.StagingInSeconds).Bind(end.SavingSeconds)
            .Bind(job).Bind(end.Task).Bind(end.Number).Run();
    }

    private static (TaskViewState Task, TaskViewState Attempt) StatesAfter(AttemptEnd end) => end switch
    {
        { Cause: null } => (TaskViewState.Normal, TaskViewState.Normal),
        { Cause: FailureCause.Cancelled, Retry: false } => (TaskViewState.Aborted, TaskViewState.Aborted),
        { Cause: FailureCause.Cancelled or FailureCause.Returned } => (TaskViewState.Submitted, TaskViewState.Aborted),
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
