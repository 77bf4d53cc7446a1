using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;

namespace Dpu.Domain.Jobs;

/// <summary>Why an attempt did not end normally.</summary>
public enum FailureCause
{
    /// <summary>The recipe said no: a non-zero exit code or a signal of its own making.</summary>
    Recipe = 1,

    /// <summary>It held more memory than it may.</summary>
    Memory = 2,

    /// <summary>It ran longer than it may.</summary>
    Time = 3,

    /// <summary>Its process could not be started.</summary>
    Launch = 4,

    /// <summary>Its node was lost.</summary>
    Node = 5,

    /// <summary>It was asked to end.</summary>
    Cancelled = 6,

    /// <summary>Its inputs could not be staged, or its outputs were missing or could not be saved.</summary>
    Data = 7,
}

/// <summary>A task and the number of an attempt at it.</summary>
public readonly record struct TaskAttempt(int Task, int Number);

/// <summary>Tasks <paramref name="First"/> to <paramref name="First"/> + <paramref name="Count"/> − 1.</summary>
public readonly record struct TaskRange(int First, int Count)
{
    public int End => First + Count;
}

/// <summary>An output of an attempt, saved in the store and visible once its event is committed.</summary>
public sealed record OutputFile(
    string Id,
    string Name,
    string Path,
    long SizeBytes,
    string Sha256,
    string Type,
    bool Main,
    ImmutableSortedDictionary<string, MetadataValue> Metadata,
    ImmutableArray<string> DerivedFrom);

/// <summary>How one attempt ended.</summary>
/// <param name="Task">The task.</param>
/// <param name="Number">The attempt's number.</param>
/// <param name="Cause">Null when it ended normally.</param>
/// <param name="Retry">Whether the task is tried again; false for a normal end.</param>
/// <param name="Message">One sentence for people when it failed, else empty.</param>
/// <param name="Exit">Exit and usage; null when it never ran.</param>
/// <param name="Used">Ids of the files that it was given.</param>
/// <param name="Outputs">What it made, when it ended normally.</param>
public sealed record AttemptEnd(
    int Task,
    int Number,
    FailureCause? Cause,
    bool Retry,
    string Message,
    AttemptExit? Exit,
    ImmutableArray<string> Used,
    ImmutableArray<OutputFile> Outputs);

/// <summary>Something that happened to a job. Events carry arrays: one append covers all that waited.</summary>
public abstract record JobEvent(DateTimeOffset At)
{
    /// <summary><c>job.submitted.v1</c></summary>
    public sealed record Submitted(JobId Job, JobSpec Spec, JobPlan Plan, DateTimeOffset At) : JobEvent(At);

    /// <summary>Attempts were numbered and given to a node. <c>job.tasks-started.v1</c></summary>
    /// <param name="Node">The node's name.</param>
    /// <param name="Incarnation">Of the launcher that the scheduler knew at that time.</param>
    public sealed record TasksStarted(string Node, Guid Incarnation, ImmutableArray<TaskAttempt> Attempts, DateTimeOffset At) : JobEvent(At);

    /// <summary>Attempts ended; outputs of the normal ones are registered by this. <c>job.tasks-ended.v1</c></summary>
    public sealed record TasksEnded(string Node, ImmutableArray<AttemptEnd> Ends, DateTimeOffset At) : JobEvent(At);

    /// <summary>Attempts whose outcome nobody knows: their node, or its launcher, is gone. <c>job.attempts-lost.v1</c></summary>
    public sealed record AttemptsLost(string Node, string Reason, ImmutableArray<TaskAttempt> Attempts, DateTimeOffset At) : JobEvent(At);

    /// <summary>Tasks that will never run, or never again. <c>job.tasks-aborted.v1</c></summary>
    public sealed record TasksAborted(ImmutableArray<TaskRange> Tasks, string Reason, DateTimeOffset At) : JobEvent(At);

    /// <summary>Nothing of it is started any more. <c>job.cancel-requested.v1</c></summary>
    public sealed record CancelRequested(string By, bool Force, DateTimeOffset At) : JobEvent(At);
}
