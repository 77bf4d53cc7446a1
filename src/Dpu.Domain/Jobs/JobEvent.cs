using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Users;

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

    /// <summary>It never began: its node gave it back. No fault of anybody, and always followed by another attempt.</summary>
    Returned = 8,
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
/// <param name="Message">One sentence for people when it failed, or when something about it was not as it should be; else empty.</param>
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
    ImmutableArray<OutputFile> Outputs)
{
    /// <summary>Memory of the next attempt, when it is tried again with other memory than this one had.</summary>
    [JsonRequired]
    public long? NextMemoryBytes { get; init; }

    /// <summary>Whether the next attempt should run on another node, if there is one.</summary>
    [JsonRequired]
    public bool Elsewhere { get; init; }

    /// <summary>What was found in its output.</summary>
    [JsonRequired]
    public ImmutableArray<LogFinding> Findings { get; init; } = [];

    /// <inheritdoc cref="AttemptReport.StagingInSeconds"/>
    [JsonRequired]
    public double? StagingInSeconds { get; init; }

    /// <inheritdoc cref="AttemptReport.SavingSeconds"/>
    [JsonRequired]
    public double? SavingSeconds { get; init; }
}

/// <summary>A step that is run again in another way.</summary>
/// <param name="Step">Index into the plan's steps.</param>
/// <param name="Commands">What its tasks run from now on.</param>
/// <param name="MemoryBytes">What each of its tasks holds from now on.</param>
public sealed record StepChange(int Step, ImmutableArray<StepCommand> Commands, long MemoryBytes);

/// <summary>Something that happened to a job. Events carry arrays: one append covers all that waited.</summary>
public abstract record JobEvent(DateTimeOffset At)
{
    /// <summary><c>job.submitted.v4</c></summary>
    public sealed record Submitted(JobId Job, JobSpec Spec, JobPlan Plan, DateTimeOffset At) : JobEvent(At);

    /// <summary>Attempts were numbered and given to a node. <c>job.tasks-started.v1</c></summary>
    /// <param name="Node">The node's name.</param>
    /// <param name="Incarnation">Of the launcher that the scheduler knew at that time.</param>
    public sealed record TasksStarted(string Node, Guid Incarnation, ImmutableArray<TaskAttempt> Attempts, DateTimeOffset At) : JobEvent(At);

    /// <summary>Attempts ended; outputs of the normal ones are registered by this. <c>job.tasks-ended.v3</c></summary>
    public sealed record TasksEnded(string Node, ImmutableArray<AttemptEnd> Ends, DateTimeOffset At) : JobEvent(At);

    /// <summary>Attempts whose outcome nobody knows: their node, or its launcher, is gone. <c>job.attempts-lost.v1</c></summary>
    public sealed record AttemptsLost(string Node, string Reason, ImmutableArray<TaskAttempt> Attempts, DateTimeOffset At) : JobEvent(At);

    /// <summary>Tasks that will never run, or never again. <c>job.tasks-aborted.v1</c></summary>
    public sealed record TasksAborted(ImmutableArray<TaskRange> Tasks, string Reason, DateTimeOffset At) : JobEvent(At);

    /// <summary>Nothing of it is started any more. <c>job.cancel-requested.v1</c></summary>
    public sealed record CancelRequested(string By, bool Force, DateTimeOffset At) : JobEvent(At);

    /// <summary>Attempts ended normally, and what they made waits for a person's word. <c>job.tasks-held.v2</c></summary>
    public sealed record TasksHeld(string Node, ImmutableArray<AttemptEnd> Ends, string Reason, DateTimeOffset At) : JobEvent(At);

    /// <summary>Nothing more of it is started until it is released; what runs goes on. <c>job.held.v1</c></summary>
    public sealed record Held(string By, string Reason, DateTimeOffset At) : JobEvent(At);

    /// <summary>It goes on; results that were held count from now on. <c>job.released.v1</c></summary>
    public sealed record Released(string By, DateTimeOffset At) : JobEvent(At);

    /// <summary><c>job.priority-changed.v1</c></summary>
    public sealed record PriorityChanged(string By, int Priority, DateTimeOffset At) : JobEvent(At);

    /// <summary>Jobs that it waited for have ended FINISHED. <c>job.prerequisites-met.v1</c></summary>
    public sealed record PrerequisitesMet(ImmutableArray<JobId> Jobs, DateTimeOffset At) : JobEvent(At);

    /// <summary>
    /// Tasks that had ended are to run again; what earlier attempts of them made is not visible any more. <c>job.tasks-reopened.v1</c>
    /// </summary>
    /// <param name="By">Who asked for it.</param>
    /// <param name="Key">The client's own name for its request: the same key reopens nothing twice.</param>
    /// <param name="Tasks">Which.</param>
    /// <param name="Changes">What is different this time; empty for the same again.</param>
    public sealed record TasksReopened(string By, string Key, ImmutableArray<TaskRange> Tasks, ImmutableArray<StepChange> Changes, DateTimeOffset At) : JobEvent(At);

    /// <summary>It and everything that it made, or makes yet, is shown to others from now on. <c>job.context-changed.v1</c></summary>
    public sealed record ContextChanged(string By, WorkContext Context, DateTimeOffset At) : JobEvent(At);
}
