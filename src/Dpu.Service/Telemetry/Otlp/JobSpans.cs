using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>
/// What an event of a job tells about times: a pure function of the journal, so that a trace is whole after any crash, and what is told twice is the same.
/// </summary>
/// <remarks>
/// <code>
/// job ─┬─ queued                        submitted until the first attempt is given to a node
///      └─ attempt ─┬─ stage in          one for each, named by its step
///                  ├─ process           what the recipe itself takes; its own spans are below its attempt (TRACEPARENT)
///                  └─ save
/// </code>
/// </remarks>
internal static class JobSpans
{
    /// <param name="before">The job before the event.</param>
    /// <param name="event">What happened.</param>
    /// <param name="after">The job after it.</param>
    public static IEnumerable<OtlpSpan> Of(JobState before, JobEvent @event, JobState after)
    {
        if (after.Spec?.Trace is not { } trace)
        {
            return [];
        }

        var spans = @event switch
        {
            JobEvent.TasksStarted started when before.StartedAt is null => [Queued(trace, after, started.At)],
            JobEvent.TasksEnded ended => ended.Ends.Where(end => before.Running.ContainsKey(end.Task)).SelectMany(end => Attempt(trace, before, end, ended.At)),
            JobEvent.TasksHeld held => held.Ends.Where(end => before.Running.ContainsKey(end.Task)).SelectMany(end => Attempt(trace, before, end, held.At)),
            JobEvent.AttemptsLost lost => lost.Attempts.Where(attempt => before.Running.ContainsKey(attempt.Task)).Select(attempt => Lost(trace, before, attempt, lost)),
            _ => Enumerable.Empty<OtlpSpan>(),
        };
        return after.Ended && !before.Ended ? spans.Append(Job(trace, after, @event.At)) : spans;
    }

    private static OtlpSpan Job(TraceRoot trace, JobState job, DateTimeOffset at) => new(
        trace.TraceId,
        trace.JobSpanId,
        trace.ParentSpanId,
        $"job {job.Spec!.Sequence}",
        job.SubmittedAt,
        at,
        [("dpu.job", (long)job.Id.Value), ("dpu.sequence", job.Spec.Sequence), ("enduser.id", job.Spec.User), ("dpu.tasks", (long)job.Counts.Total), ("dpu.status", job.Status.ToString().ToUpperInvariant())],
        job.Status == JobStatus.Finished ? null : $"N/E/A/S/U {job.Counts}");

    private static OtlpSpan Queued(TraceRoot trace, JobState job, DateTimeOffset at) =>
        new(trace.TraceId, TraceRoot.SpanIdOf(trace.TraceId, "queued"), trace.JobSpanId, "queued", job.SubmittedAt, at, [("dpu.job", (long)job.Id.Value)]);

    private static IEnumerable<OtlpSpan> Attempt(TraceRoot trace, JobState job, AttemptEnd end, DateTimeOffset at)
    {
        var (running, id) = (job.Running[end.Task], new AttemptId(job.Id, end.Task, end.Number));
        var span = OfAttempt(trace, job, id, running, at, end.Cause is null ? null : $"{end.Cause}: {end.Message}");
        if (end.Exit is not { } exit)
        {
            return [span];
        }

        ImmutableArray<(string, object)> process =
            [("process.exit.code", (long)(exit.ExitCode ?? -1)), ("dpu.cpu.seconds", exit.CpuSeconds), ("dpu.memory.max", exit.MaxRssBytes), ("dpu.end", exit.Reason.ToString())];
        return
        [
            span,
            .. Part(trace, id, "stage in", exit.StartedAt - Seconds(end.StagingInSeconds), exit.StartedAt, end.StagingInSeconds),
            new OtlpSpan(trace.TraceId, TraceRoot.SpanIdOf(trace.TraceId, $"{id} process"), span.SpanId, "process", exit.StartedAt, exit.EndedAt, process, span.Failure),
            .. Part(trace, id, "save", exit.EndedAt, exit.EndedAt + Seconds(end.SavingSeconds), end.SavingSeconds),
        ];
    }

    private static OtlpSpan Lost(TraceRoot trace, JobState job, TaskAttempt attempt, JobEvent.AttemptsLost lost) =>
        OfAttempt(trace, job, new AttemptId(job.Id, attempt.Task, attempt.Number), job.Running[attempt.Task], lost.At, $"Node: {lost.Reason}");

    private static OtlpSpan OfAttempt(TraceRoot trace, JobState job, AttemptId id, RunningAttempt running, DateTimeOffset at, string? failure)
    {
        var step = job.Plan.Steps[job.Plan.StepOf(id.Task)];
        return new OtlpSpan(
            trace.TraceId,
            TraceRoot.SpanIdOf(trace.TraceId, id),
            trace.JobSpanId,
            step.Name,
            running.StartedAt,
            at,
            [("dpu.job", (long)id.Job.Value), ("dpu.task", (long)id.Task), ("dpu.attempt", id.ToString()), ("dpu.step", step.Name), ("dpu.node", running.Node)],
            failure);
    }

    private static IEnumerable<OtlpSpan> Part(TraceRoot trace, AttemptId id, string name, DateTimeOffset from, DateTimeOffset to, double? seconds) => seconds is null
        ? []
        : [new OtlpSpan(trace.TraceId, TraceRoot.SpanIdOf(trace.TraceId, $"{id} {name}"), TraceRoot.SpanIdOf(trace.TraceId, id), name, from, to, [("dpu.attempt", id.ToString())])];

    private static TimeSpan Seconds(double? seconds) => TimeSpan.FromSeconds(seconds ?? 0);
}
