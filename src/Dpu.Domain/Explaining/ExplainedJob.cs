using System.Collections.Immutable;
using Dpu.Domain.Estimates;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Domain.Explaining;

/// <summary>One attempt, as the views tell it.</summary>
/// <param name="Patterns">Names of the patterns that its output fits.</param>
public sealed record ExplainedAttempt(
    int Number, string Node, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, FailureCause? Cause, string Message, long? MaxRssBytes, ImmutableArray<string> Patterns)
{
    /// <summary>What it does now, as its node said last; null when it has ended, or its node has not said it.</summary>
    public KnownPhase? Phase { get; init; }
}

/// <summary>Where a task stands, for an explanation.</summary>
public enum ExplainedState
{
    /// <summary>Not ended, and does not run.</summary>
    Waiting,

    /// <summary>An attempt runs.</summary>
    Running,

    /// <summary>Ended normally.</summary>
    Normal,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Will not run (again).</summary>
    Aborted,

    /// <summary>Its node was lost; it may be started again.</summary>
    Lost,

    /// <summary>Ended normally; its result waits for a person's word.</summary>
    Held,
}

/// <summary>A task that says something about its job.</summary>
/// <param name="Task">Its number.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Message">Why it failed or was aborted, or why its result is held; else empty.</param>
/// <param name="Attempts">In order.</param>
/// <param name="LastLine">What it printed last, of one that failed; null when nothing.</param>
public sealed record ExplainedTask(int Task, ExplainedState State, string Message, ImmutableArray<ExplainedAttempt> Attempts, string? LastLine);

/// <summary>All that is known about a job when somebody asks why.</summary>
/// <param name="Job">Its number.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="StepCounts">Tasks of each step of the plan.</param>
/// <param name="Plan">What it runs.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="StartedAt">When its first task was given to a node.</param>
/// <param name="EndedAt">When its last task ended.</param>
/// <param name="EstimatedSeconds">What was expected; 0 when nobody knew.</param>
/// <param name="Tasks">Those that failed, run, or have attempts: of a very large job not all of them.</param>
/// <param name="Waits">What the scheduler says.</param>
public sealed record ExplainedJob(
    JobId Job,
    JobStatus Status,
    ImmutableArray<TaskCounts> StepCounts,
    JobPlan Plan,
    DateTimeOffset SubmittedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    double EstimatedSeconds,
    ImmutableArray<ExplainedTask> Tasks,
    JobWaits Waits)
{
    /// <summary>Whether <see cref="Tasks"/> are all of its tasks: sums are told of those only.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Who holds it and why; null when nobody does.</summary>
    public (string By, string Because)? Hold { get; init; }

    /// <summary>Jobs that must end FINISHED before it starts and have not.</summary>
    public ImmutableArray<JobId> WaitsFor { get; init; } = [];

    /// <summary>Who cancelled it, or null.</summary>
    public string? CancelledBy { get; init; }

    /// <summary>By step, what earlier tasks of its kind held; without those of which too little is known.</summary>
    public ImmutableDictionary<int, TaskFigures> Figures { get; init; } = ImmutableDictionary<int, TaskFigures>.Empty;

    /// <summary>Whether a reason may speak of memory: only then is it worth the question what earlier tasks held.</summary>
    public bool LacksMemory =>
        Waits.Steps.Any(wait => wait.Reason is WaitReason.TooLarge) || Tasks.Any(task => task.Attempts is [.., { Cause: FailureCause.Memory }]);
}

/// <summary>One reason why a job is as it is.</summary>
/// <param name="Code">Stable, for programs: <c>held</c>, <c>busy</c>, <c>failed</c> …</param>
/// <param name="Message">One sentence, with the numbers that bind.</param>
/// <param name="Tasks">How many of its tasks it concerns.</param>
/// <param name="Suggestion">The smallest change that would mend it, or null when waiting is all there is to do.</param>
public sealed record Reason(string Code, string Message, int Tasks, string? Suggestion);
