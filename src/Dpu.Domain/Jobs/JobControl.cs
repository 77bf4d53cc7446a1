using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Jobs;

/// <summary>What people, and other jobs, may do to a job beside cancelling it.</summary>
internal static class JobControl
{
    /// <summary>Who holds a job that waits for nothing but a word about its results.</summary>
    private const string ByItself = "dpu";

    public static JobDecision Hold(JobState state, JobCommand.HoldJob hold, DateTimeOffset now) => state switch
    {
        { Cancel: not null } => new JobDecision.Rejected(JobRejection.IsCancelled, $"Job {state.Id} is being cancelled: nothing more of it starts."),
        { Held: not null } => new JobDecision.Ignored("held before"),
        _ => new JobDecision.Accepted([new JobEvent.Held(hold.By, hold.Reason, now)]),
    };

    /// <summary>The job goes on, and each held result counts as if it had been reported now.</summary>
    public static JobDecision Release(JobState state, JobCommand.ReleaseJob release, DateTimeOffset now)
    {
        if (state.Held is null && state.HeldResults.IsEmpty)
        {
            return new JobDecision.Ignored("nothing of it is held");
        }

        var ends = state.HeldResults.OrderBy(held => held.Key).Select(held => held.Value).GroupBy(held => held.Node, held => held.End, StringComparer.Ordinal);
        return new JobDecision.Accepted(
            [new JobEvent.Released(release.By, now), .. ends.Select(node => new JobEvent.TasksEnded(node.Key, [.. node], now))]);
    }

    public static JobDecision Change(JobState state, JobCommand.ChangePriority change, DateTimeOffset now) => state.Priority == change.Priority
        ? new JobDecision.Ignored("it has this priority")
        : new JobDecision.Accepted([new JobEvent.PriorityChanged(change.By, change.Priority, now)]);

    /// <summary>Ended or not: what a job made can be shown to others at any time.</summary>
    public static JobDecision Change(JobState state, JobCommand.ChangeContext change, DateTimeOffset now) => state.Spec!.Context == change.Context
        ? new JobDecision.Ignored("it has this context")
        : new JobDecision.Accepted([new JobEvent.ContextChanged(change.By, change.Context, now)]);

    /// <summary>One job fewer to wait for; or, when that one did not end FINISHED, nothing left to wait for.</summary>
    public static JobDecision Take(JobState state, JobCommand.PrerequisiteEnded ended, DateTimeOffset now)
    {
        if (state.Ended || state.Cancel is not null || !state.WaitsFor.Contains(ended.Prerequisite))
        {
            return new JobDecision.Ignored("it does not wait for this job");
        }

        return ended.Status == JobStatus.Finished
            ? new JobDecision.Accepted([new JobEvent.PrerequisitesMet([ended.Prerequisite], now)])
            : new JobDecision.Accepted([new JobEvent.TasksAborted(
                state.NotRunning(), $"waited for job {ended.Prerequisite}, which ended {ended.Status.ToString().ToUpperInvariant()}", now)]);
    }

    public static JobDecision Retry(JobState state, JobCommand.RetryJob retry, DateTimeOffset now)
    {
        if (state.Reopened?.Key == retry.Key)
        {
            return new JobDecision.Ignored("opened again before");
        }

        if (!RetryPlanner.Plan(state, retry.Asked).TryGet(out var plan, out var errors))
        {
            return new JobDecision.Rejected(
                RetryPlanner.ReasonAgainst(state), string.Join(' ', errors.Select(error => error.Message)))
            { Errors = errors };
        }

        return new JobDecision.Accepted([new JobEvent.TasksReopened(retry.By, retry.Key, plan.Tasks, plan.Changes, now)]);
    }

    /// <summary>
    /// After these events: a job that can do nothing but wait for a word about its results says so, so that nobody takes it for one that runs.
    /// </summary>
    public static ImmutableArray<JobEvent> WithHoldIfStuck(JobState state, ImmutableArray<JobEvent> events, DateTimeOffset now)
    {
        if (state.HeldResults.IsEmpty && !events.Any(static e => e is JobEvent.TasksHeld))
        {
            return events;
        }

        var after = events.Aggregate(state, JobEvolution.Apply);
        return after is { NeedsWord: true, Held: null } ? events.Add(new JobEvent.Held(ByItself, Wanted(after), now)) : events;
    }

    /// <summary>Without the reasons: these may quote what a task printed, and who may see the job may not see that.</summary>
    private static string Wanted(JobState state) => string.Create(
        CultureInfo.InvariantCulture,
        $"{state.HeldResults.Count} result{(state.HeldResults.Count == 1 ? " waits" : "s wait")} for a person's word");
}
