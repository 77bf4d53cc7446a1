using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Estimates;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Explaining;

/// <summary>
/// Why a job waits, failed, was tried again or is slow, and the smallest change that would mend it. What keeps all of it from running comes first, then
/// what went wrong, then what is as usual. Pure: the same facts give the same sentences.
/// </summary>
public static class Explanation
{
    private const int GroupsShown = 5;
    private const int SlowShown = 3;
    private const double SlowFactor = 2;

    public static ImmutableArray<Reason> Of(ExplainedJob job, DateTimeOffset now)
    {
        var ended = job.EndedAt is not null;
        return
        [
            .. ended ? [] : Kept(job),
            .. Results(job),
            .. ended ? [] : Waits(job),
            .. Failures(job),
            .. Retries(job),
            .. Aborted(job),
            .. Running(job, now),
            .. ended ? Ended(job) : [],
        ];
    }

    private static IEnumerable<Reason> Kept(ExplainedJob job)
    {
        var open = job.StepCounts.Sum(counts => counts.Submitted + counts.Unknown);
        if (job.Hold is var (by, because))
        {
            yield return new Reason(
                "held", $"Held by {by}{(because.Length > 0 ? $": {because.TrimEnd('.')}" : "")}. Nothing more of it is started.", open, $"dpu release {job.Job}");
        }

        foreach (var before in job.WaitsFor)
        {
            yield return new Reason("waits-for-job", $"It waits for job {before} to end FINISHED.", open, $"dpu explain {before}");
        }
    }

    /// <summary>Results that wait for a person's word: which pattern wants it, and the line, stand in the task's message.</summary>
    private static IEnumerable<Reason> Results(ExplainedJob job)
    {
        var groups = job.Tasks
            .Where(task => task.State == ExplainedState.Held)
            .GroupBy(task => (Step: job.Plan.StepOf(task.Task), task.Message))
            .OrderByDescending(group => group.Count())
            .ToList();
        var suggestion = $"dpu release {job.Job} if the result is good, dpu cancel {job.Job} if not";
        foreach (var group in groups.Take(GroupsShown))
        {
            var message = Say($"{Tasks(group.Count())} of {job.Plan.Steps[group.Key.Step].Name} ended normally and {Waits(group.Count())} for a person's word on the result: {group.Key.Message} in task {group.First().Task}.");
            yield return new Reason("result-held", message, group.Count(), suggestion);
        }

        var rest = groups.Skip(GroupsShown).Sum(group => group.Count());
        if (rest > 0)
        {
            yield return new Reason("result-held", Say($"{Tasks(rest)} more {Waits(rest)} for a person's word for other reasons."), rest, suggestion);
        }
    }

    private static IEnumerable<Reason> Waits(ExplainedJob job)
    {
        foreach (var wait in job.Waits.Steps)
        {
            yield return WaitWords.Of(wait, job.Plan.Steps[wait.Step], job);
        }

        for (var step = 1; step < job.Plan.Steps.Length; step++)
        {
            var begun = job.Tasks.Count(task => task.State is ExplainedState.Running or ExplainedState.Held && job.Plan.StepOf(task.Task) == step);
            var blocked = job.StepCounts[step].Submitted - begun - job.Waits.Steps.Where(wait => wait.Step == step).Sum(wait => wait.Tasks);
            var before = job.StepCounts[..step].Sum(counts => counts.Submitted + counts.Unknown);
            if (blocked > 0 && before > 0)
            {
                yield return new Reason(
                    "waits-for-tasks", Say($"{Tasks(blocked)} of {job.Plan.Steps[step].Name} {Waits(blocked)} for what steps before make: {Tasks(before)} of them have not ended."), blocked, null);
            }
        }
    }

    private static IEnumerable<Reason> Failures(ExplainedJob job)
    {
        var groups = job.Tasks
            .Where(task => task.State == ExplainedState.Failed)
            .GroupBy(task => (Step: job.Plan.StepOf(task.Task), Cause: task.Attempts.IsEmpty ? null : task.Attempts[^1].Cause, task.Message))
            .OrderByDescending(group => group.Count())
            .ToList();
        foreach (var group in groups.Take(GroupsShown))
        {
            yield return Failure(job, job.Plan.Steps[group.Key.Step], group.Key.Cause, [.. group]);
        }

        var rest = groups.Skip(GroupsShown).Sum(group => group.Count());
        if (rest > 0)
        {
            yield return new Reason("failed", $"{Tasks(rest)} failed in other ways.", rest, $"dpu show {job.Job}");
        }

        var lost = job.StepCounts.Sum(counts => counts.Unknown);
        if (lost > 0)
        {
            var node = job.Tasks.FirstOrDefault(task => task.State == ExplainedState.Lost)?.Attempts.LastOrDefault()?.Node;
            yield return new Reason("lost", $"{Tasks(lost)} ran on a node that was lost{(node is null ? "" : $" ({node})")}; they run again when a node fits.", lost, null);
        }
    }

    private static Reason Failure(ExplainedJob job, StepPlan step, FailureCause? cause, ImmutableArray<ExplainedTask> tasks)
    {
        var first = tasks[0];
        var attempts = first.Attempts.Length == 1 ? "" : Say($" after {first.Attempts.Length} attempts");
        var message = Say($"{Tasks(tasks.Length)} of {step.Name} failed{attempts}{(cause is { } known ? $", cause {Word(known)}" : "")}")
            + (first.Message.Length > 0 ? $": {first.Message.TrimEnd('.')}." : ".");
        var patterns = first.Attempts.SelectMany(attempt => attempt.Patterns).Distinct(StringComparer.Ordinal).ToList();
        message += patterns.Count > 0 ? $" Its output fits {string.Join(", ", patterns)}." : "";
        message += first.LastLine is { Length: > 0 } line ? Say($" Task {first.Task} printed last: {line}") : "";
        return new Reason("failed", message, tasks.Length, Mend(job, step, cause, tasks));
    }

    private static string Mend(ExplainedJob job, StepPlan step, FailureCause? cause, ImmutableArray<ExplainedTask> tasks)
    {
        var logs = Say($"dpu logs {job.Job} --task {tasks[0].Task}");
        switch (cause)
        {
            case FailureCause.Memory:
                var used = tasks.SelectMany(task => task.Attempts).Max(attempt => attempt.MaxRssBytes ?? 0);
                var more = MemoryAdvice.Above(Math.Max(used, step.Resources.MemoryBytes));
                var known = job.Figures.GetValueOrDefault(job.Plan.Steps.IndexOf(step));
                return $"dpu retry {job.Job} --mem {ByteSize.Option(known is null ? more : Math.Max(more, MemoryAdvice.For(known)))}";
            case FailureCause.Time:
                return $"a longer wall-time of {step.Name} ({step.WallTime?.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) ?? "none"} s now), then dpu retry {job.Job}";
            case FailureCause.Launch:
                return $"'dpu doctor' tells whether its program is there; then dpu retry {job.Job}";
            case FailureCause.Node:
                return $"'dpu nodes' tells how the nodes are; dpu retry {job.Job} when they are well";
            case FailureCause.Data:
                return $"{logs}; when its files are there, dpu retry {job.Job}";
            default:
                return $"{logs}; when the reason is mended, dpu retry {job.Job}";
        }
    }

    /// <summary>Tasks that failed before and are not over, or ended normally in the end: what happened, and what the next attempt has, stands in the attempt's message.</summary>
    private static IEnumerable<Reason> Retries(ExplainedJob job) => job.Tasks
        .Where(task => task.State is ExplainedState.Waiting or ExplainedState.Running or ExplainedState.Normal or ExplainedState.Held)
        .Select(task => (Task: task, Failed: task.Attempts.LastOrDefault(attempt => attempt.Cause is not (null or FailureCause.Returned))))
        .Where(pair => pair.Failed is not null)
        .GroupBy(pair => (Step: job.Plan.StepOf(pair.Task.Task), pair.Failed!.Cause, pair.Failed.Message, Over: pair.Task.State is ExplainedState.Normal or ExplainedState.Held))
        .OrderByDescending(group => group.Count())
        .Take(GroupsShown)
        .Select(group =>
        {
            var (task, failed) = group.First();
            var now = group.Key.Over ? "ended normally after" : group.Count() == 1 ? "is tried again after" : "are tried again after";
            var message = Say($"{Tasks(group.Count())} of {job.Plan.Steps[group.Key.Step].Name} {now} a failure: attempt {failed!.Number} of task {task.Task} ended on {failed.Node} with cause {Word(failed.Cause!.Value)}");
            return new Reason("retried", message + (failed.Message.Length > 0 ? $": {failed.Message.TrimEnd('.')}." : "."), group.Count(), null);
        });

    private static IEnumerable<Reason> Aborted(ExplainedJob job)
    {
        var aborted = job.StepCounts.Sum(counts => counts.Aborted);
        if (job.CancelledBy is { } by)
        {
            yield return new Reason("cancelled", $"Cancelled by {by}; {Tasks(aborted)} did not run to an end.", aborted, null);
        }
        else if (aborted > 0)
        {
            var why = job.Tasks.FirstOrDefault(task => task.State == ExplainedState.Aborted)?.Message;
            yield return new Reason(
                "aborted", $"{Tasks(aborted)} never ran{(why is { Length: > 0 } ? $": {why.TrimEnd('.')}." : ", because what they need failed.")}", aborted, $"mend what failed, then dpu retry {job.Job}");
        }
    }

    private static IEnumerable<Reason> Running(ExplainedJob job, DateTimeOffset now)
    {
        var running = job.Tasks.Where(task => task.State == ExplainedState.Running && !task.Attempts.IsEmpty).ToList();
        if (running.Count == 0)
        {
            yield break;
        }

        var slow = running
            .Where(task => StageOf(task) != AttemptStage.Waiting)
            .Select(task => (Task: task, Seconds: (now - task.Attempts[^1].StartedAt).TotalSeconds, Expected: job.Plan.Steps[job.Plan.StepOf(task.Task)].Rules.ExpectedSeconds))
            .Where(pair => pair.Expected > 0 && pair.Seconds > SlowFactor * pair.Expected)
            .OrderByDescending(pair => pair.Seconds / pair.Expected)
            .ToList();
        foreach (var stage in running.GroupBy(StageOf).OrderBy(group => group.Key))
        {
            yield return Present(stage.Key, [.. stage], now);
        }

        if (slow.Count > 0)
        {
            var (task, seconds, expected) = slow[0];
            yield return new Reason(
                "slow",
                Say($"{Tasks(slow.Count)} run{(slow.Count == 1 ? "s" : "")} longer than expected: task {task.Task} on {task.Attempts[^1].Node} for {Text(TimeSpan.FromSeconds(seconds))}, where {Text(TimeSpan.FromSeconds(expected))} are usual."),
                slow.Count,
                Say($"dpu logs {job.Job} --task {task.Task} --follow"));
        }
    }

    /// <summary>Of whom nothing is known runs, as far as anybody knows.</summary>
    private static AttemptStage StageOf(ExplainedTask task) => task.Attempts[^1].Phase?.Phase.Stage ?? AttemptStage.Running;

    private static Reason Present(AttemptStage stage, List<ExplainedTask> tasks, DateTimeOffset now)
    {
        var longest = tasks.MinBy(SinceWhen)!;
        var what = $"{Tasks(tasks.Count)} {PhaseWords.Verb(stage, tasks.Count)}, ";
        var (named, phase) = (longest.Attempts[^1], longest.Attempts[^1].Phase);
        var which = stage == AttemptStage.Running && phase?.CutOffSince is null ? "the longest" : Say($"task {longest.Task} on {named.Node}");
        var rest = phase is null ? "" : PhaseWords.Progress(phase) + PhaseWords.AsOf(phase);
        return new Reason(stage == AttemptStage.Waiting ? "given-ahead" : PhaseWords.NameOf(stage), $"{what}{which} for {Text(now - SinceWhen(longest))}{rest}.", tasks.Count, null);
    }

    /// <summary>Since when it does what it does; how long it runs counts from when it was given to its node, as ever.</summary>
    private static DateTimeOffset SinceWhen(ExplainedTask task) => StageOf(task) == AttemptStage.Running
        ? task.Attempts[^1].StartedAt
        : task.Attempts[^1].Phase?.Phase.Since ?? task.Attempts[^1].StartedAt;

    private static IEnumerable<Reason> Ended(ExplainedJob job)
    {
        var tasks = job.StepCounts.Sum(counts => counts.Total);
        var waited = (job.StartedAt ?? job.EndedAt!.Value) - job.SubmittedAt;
        var ran = job.StartedAt is { } started ? job.EndedAt!.Value - started : TimeSpan.Zero;
        var estimate = job.EstimatedSeconds > 0 ? $"; estimated {Text(TimeSpan.FromSeconds(job.EstimatedSeconds))}" : "";
        yield return new Reason("took", $"It waited {Text(waited)} and ran {Text(ran)}{estimate}.", tasks, null);
        var slowest = job.Tasks
            .Where(task => task.Attempts is [.., { EndedAt: not null }])
            .OrderByDescending(Duration)
            .Take(SlowShown)
            .ToList();
        if (tasks > 1 && slowest.Count > 0)
        {
            var named = slowest.Select(task => Say($"task {task.Task} of {job.Plan.Steps[job.Plan.StepOf(task.Task)].Name} on {task.Attempts[^1].Node} {Text(Duration(task))}"));
            yield return new Reason("slowest", $"Slowest: {string.Join(", ", named)}.", slowest.Count, null);
        }

        if (job.EstimatedSeconds > 0 && ran.TotalSeconds > SlowFactor * job.EstimatedSeconds)
        {
            yield return new Reason("slower-than-estimated", Longer(job, ran), tasks, null);
        }
    }

    private static string Longer(ExplainedJob job, TimeSpan ran)
    {
        if (!job.IsWhole)
        {
            return Say($"It ran {ran.TotalSeconds / job.EstimatedSeconds:0.#} times as long as estimated.");
        }

        var retried = job.Tasks.Count(task => task.Attempts.Length > 1);
        var worked = TimeSpan.FromSeconds(job.Tasks.Sum(task => task.Attempts.Sum(attempt => ((attempt.EndedAt ?? attempt.StartedAt) - attempt.StartedAt).TotalSeconds)));
        return Say($"It ran {ran.TotalSeconds / job.EstimatedSeconds:0.#} times as long as estimated; its attempts took {Text(worked)} together")
            + (retried > 0 ? $", and {Tasks(retried)} ran more than once." : ".");
    }

    private static TimeSpan Duration(ExplainedTask task) => task.Attempts[^1].EndedAt!.Value - task.Attempts[^1].StartedAt;

    private static string Waits(int tasks) => tasks == 1 ? "waits" : "wait";

    private static string Tasks(int count) => Say($"{count} task{(count == 1 ? "" : "s")}");

    private static string Word(FailureCause cause) => cause.ToString().ToLowerInvariant();

    private static string Text(TimeSpan time) => time switch
    {
        _ when time < TimeSpan.FromMinutes(1) => Say($"{Math.Max(0, time.TotalSeconds):0.#} s"),
        _ when time < TimeSpan.FromHours(1) => Say($"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => Say($"{(long)time.TotalHours} h {time.Minutes} min"),
    };

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
