using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Jobs;

/// <summary>Every decision about a job, as a pure function of its state.</summary>
public static class JobDecider
{
    /// <summary>What <paramref name="command"/> leads to in <paramref name="state"/>.</summary>
    public static JobDecision Decide(JobState state, JobCommand command, DateTimeOffset now) => (state, command) switch
    {
        ({ Exists: false }, JobCommand.Submit submit) => Happen(new JobEvent.Submitted(submit.Job, submit.Spec, submit.Plan, now)),
        ({ Exists: false }, _) => new JobDecision.Rejected(JobRejection.Unknown, "There is no such job."),
        (_, JobCommand.Submit submit) => SubmitAgain(state, submit),
        (_, JobCommand.Assign assign) => Assign(state, assign, now),
        (_, JobCommand.ReportEnds report) => ReportEnds(state, report, now),
        (_, JobCommand.ReportLost lost) => ReportLost(state, lost, now),
        (_, JobCommand.CancelJob cancel) => Cancel(state, cancel, now),
        (_, JobCommand.RetryJob retry) => JobControl.Retry(state, retry, now),
        (_, JobCommand.PrerequisiteEnded ended) => JobControl.Take(state, ended, now),
        (_, JobCommand.ChangeContext change) => JobControl.Change(state, change, now),
        ({ Ended: true }, _) => HasEnded(state),
        (_, JobCommand.HoldJob hold) => JobControl.Hold(state, hold, now),
        (_, JobCommand.ReleaseJob release) => JobControl.Release(state, release, now),
        (_, JobCommand.ChangePriority change) => JobControl.Change(state, change, now),
        _ => throw new InvalidOperationException($"A job knows no command {command.GetType().Name}."),
    };

    private static JobDecision.Rejected HasEnded(JobState state) =>
        new(JobRejection.HasEnded, $"Job {state.Id} has ended already.");

    private static JobDecision.Accepted Happen(params ImmutableArray<JobEvent> events) => new(events);

    private static JobDecision SubmitAgain(JobState state, JobCommand.Submit submit) =>
        state.Spec!.IdempotencyKey == submit.Spec.IdempotencyKey && state.Spec.Fingerprint == submit.Spec.Fingerprint
            ? new JobDecision.Ignored("submitted before")
            : new JobDecision.Rejected(JobRejection.AlreadyExists, $"Job {state.Id} was made by another submission.");

    private static JobDecision Assign(JobState state, JobCommand.Assign assign, DateTimeOffset now)
    {
        if (!state.MayStart)
        {
            return new JobDecision.Ignored("nothing of it may start now");
        }

        var attempts = assign.Tasks
            .Distinct()
            .Where(task => task >= 0 && task < state.Cells.Length && state.Cells[task].Startable)
            .Select(task => new TaskAttempt(task, state.Cells[task].Attempts + 1))
            .ToImmutableArray();
        return attempts.IsEmpty
            ? new JobDecision.Ignored("none of these tasks can be started")
            : Happen(new JobEvent.TasksStarted(assign.Node, assign.Incarnation, attempts, now));
    }

    private static JobDecision ReportEnds(JobState state, JobCommand.ReportEnds report, DateTimeOffset now)
    {
        var current = report.Reports.DistinctBy(r => r.Attempt).Where(r => state.IsCurrent(r.Attempt)).ToImmutableArray();
        var stale = report.Reports.Length - current.Length;
        if (current.IsEmpty)
        {
            return new JobDecision.Ignored("these attempts no longer matter", stale);
        }

        var held = current.Where(r => IsToHold(state, r)).ToLookup(r => r.Hold!, r => EndOf(state, r), StringComparer.Ordinal);
        var ends = current.Where(r => !IsToHold(state, r)).Select(r => EndOf(state, r)).ToImmutableArray();
        var events = ImmutableArray.CreateBuilder<JobEvent>();
        if (!ends.IsEmpty)
        {
            events.Add(new JobEvent.TasksEnded(report.Node, ends, now));
        }

        events.AddRange(held.Select(reason => new JobEvent.TasksHeld(report.Node, [.. reason], reason.Key, now)));
        events.AddRange(AbortDependents(state, ends.Where(IsFinalFailure).Select(end => end.Task), now));
        return new JobDecision.Accepted(JobControl.WithHoldIfStuck(state, events.ToImmutable(), now), stale);
    }

    private static bool IsToHold(JobState state, AttemptReport report) => report is { Cause: null, Hold: not null } && state.Cancel is null;

    private static AttemptEnd EndOf(JobState state, AttemptReport report)
    {
        if (report is { Cause: null, Hold: { } reason } && state.Cancel is { } cancelled)
        {
            return End(report, FailureCause.Cancelled, $"{reason}; its job was cancelled by {cancelled.By} before anybody released it");
        }

        if (report.Cause is not { } cause)
        {
            return End(report, null, report.Message) with { Outputs = report.Outputs };
        }

        if (state.Cancel is { } cancel)
        {
            return End(report, cancel.Force || cause is FailureCause.Returned ? FailureCause.Cancelled : cause, report.Message);
        }

        var next = NextTry.Of(state, report, cause);
        return End(report, cause, next.Words.Length == 0 ? report.Message : $"{report.Message}; {next.Words}") with
        {
            Retry = next.Retry,
            NextMemoryBytes = next.MemoryBytes,
            Elsewhere = next.Elsewhere,
        };
    }

    private static AttemptEnd End(AttemptReport report, FailureCause? cause, string message) => new(
        report.Attempt.Task, report.Attempt.Number, cause, Retry: false, message, report.Exit, report.Used, Outputs: [])
    {
        Findings = report.Findings,
        StagingInSeconds = report.StagingInSeconds,
        SavingSeconds = report.SavingSeconds,
    };

    private static bool IsFinalFailure(AttemptEnd end) => end is { Cause: not null, Retry: false };

    private static JobDecision ReportLost(JobState state, JobCommand.ReportLost lost, DateTimeOffset now)
    {
        var current = lost.Attempts.Distinct().Where(state.IsCurrent).ToImmutableArray();
        var stale = lost.Attempts.Length - current.Length;
        if (current.IsEmpty)
        {
            return new JobDecision.Ignored("these attempts no longer matter", stale);
        }

        if (state.Cancel is not null)
        {
            var ends = current.Select(a => GoneWithItsNode(a, FailureCause.Cancelled, lost.Reason)).ToImmutableArray();
            return new JobDecision.Accepted([new JobEvent.TasksEnded(lost.Node, ends, now)], stale);
        }

        var blamed = current.Where(a => state.Cells[a.Task].Losses + 1 >= state.RulesOf(a.Task).Retry.NodeLosses).ToImmutableArray();
        var others = current.RemoveRange(blamed);
        var events = ImmutableArray.CreateBuilder<JobEvent>();
        if (!others.IsEmpty)
        {
            events.Add(new JobEvent.AttemptsLost(lost.Node, lost.Reason, others, now));
        }

        if (!blamed.IsEmpty)
        {
            events.Add(new JobEvent.TasksEnded(lost.Node, [.. blamed.Select(a => GoneWithItsNode(a, FailureCause.Node, Blame(state, a, lost.Reason)))], now));
            events.AddRange(AbortDependents(state, blamed.Select(a => a.Task), now));
        }

        return new JobDecision.Accepted(JobControl.WithHoldIfStuck(state, events.ToImmutable(), now), stale);
    }

    private static string Blame(JobState state, TaskAttempt attempt, string reason) => string.Create(
        CultureInfo.InvariantCulture,
        $"{state.Cells[attempt.Task].Losses + 1} nodes were lost while this task ran on them; the last: {reason}");

    private static AttemptEnd GoneWithItsNode(TaskAttempt attempt, FailureCause cause, string reason) =>
        new(attempt.Task, attempt.Number, cause, Retry: false, reason, Exit: null, Used: [], Outputs: []);

    private static JobDecision Cancel(JobState state, JobCommand.CancelJob cancel, DateTimeOffset now)
    {
        if (state.Ended)
        {
            return HasEnded(state);
        }

        if (!state.Running.IsEmpty && !cancel.Force)
        {
            return new JobDecision.Rejected(
                JobRejection.IsRunning,
                $"Job {state.Id} is running ({state.Running.Count} of its tasks): cancel it with --force to end them.");
        }

        if (state.Cancel is { } earlier && (earlier.Force || !cancel.Force))
        {
            return new JobDecision.Ignored("cancelled before");
        }

        var events = ImmutableArray.Create<JobEvent>(new JobEvent.CancelRequested(cancel.By, cancel.Force, now));
        var waiting = state.NotRunning();
        return Happen(waiting.IsEmpty ? events : events.Add(new JobEvent.TasksAborted(waiting, $"cancelled by {cancel.By}", now)));
    }

    /// <summary>Whatever can no longer run because a task that it needs will never end normally; each is told which one.</summary>
    private static ImmutableArray<JobEvent> AbortDependents(JobState state, IEnumerable<int> failed, DateTimeOffset now)
    {
        var doomed = new HashSet<int>();
        var events = ImmutableArray.CreateBuilder<JobEvent>();
        foreach (var task in failed)
        {
            var own = Doom(state, task, doomed);
            if (own.Count > 0)
            {
                events.Add(new JobEvent.TasksAborted(TaskRangeBuilder.From(own), $"needs task {task}, which did not end normally", now));
            }
        }

        return events.ToImmutable();
    }

    /// <summary>What depends on <paramref name="failed"/>, over any number of steps, and is not doomed yet.</summary>
    private static List<int> Doom(JobState state, int failed, HashSet<int> doomed)
    {
        var own = new List<int>();
        var open = new Stack<int>([failed]);
        while (open.TryPop(out var task))
        {
            foreach (var dependent in state.Graph.DependentsOf(task))
            {
                if (!state.Cells[dependent].Ended && doomed.Add(dependent))
                {
                    own.Add(dependent);
                    open.Push(dependent);
                }
            }
        }

        return own;
    }
}
