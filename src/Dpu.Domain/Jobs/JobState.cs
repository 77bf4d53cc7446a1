using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Jobs;

/// <summary>A job's status in the field's words.</summary>
public enum JobStatus
{
    /// <summary>Nothing of it has started.</summary>
    Queued,

    /// <summary>Something of it has started, not everything has ended.</summary>
    Running,

    /// <summary>Nothing more of it is started until somebody releases it.</summary>
    Held,

    /// <summary>Every task ended normally.</summary>
    Finished,

    /// <summary>Every task ended, not all of them normally.</summary>
    Failed,

    /// <summary>Cancelled, and every task ended.</summary>
    Cancelled,
}

/// <summary>A result that waits for a person's word.</summary>
/// <param name="Node">Where it was made.</param>
/// <param name="Reason">Why it waits.</param>
/// <param name="End">How its attempt ended; its outputs are nobody's before it is released.</param>
public sealed record HeldResult(string Node, string Reason, AttemptEnd End);

/// <summary>The attempt that runs for a task now.</summary>
public sealed record RunningAttempt(int Number, string Node, Guid Incarnation, DateTimeOffset StartedAt);

/// <summary>A job as its events tell it. Compact: four bytes a task, and more only for what runs or is read by others.</summary>
public sealed record JobState
{
    public static JobState Empty { get; } = new();

    /// <summary>False until the job was submitted.</summary>
    public bool Exists => Spec is not null;

    public JobId Id { get; init; }

    public JobSpec? Spec { get; init; }

    public JobPlan Plan { get; init; } = new([], []);

    public JobGraph Graph { get; init; } = JobGraph.None;

    public PagedArray<TaskCell> Cells { get; init; } = PagedArray<TaskCell>.Empty;

    /// <summary>For each task, how many tasks it still waits for; empty when the plan has no edges.</summary>
    public PagedArray<int> Waiting { get; init; } = PagedArray<int>.Empty;

    public ImmutableArray<TaskCounts> StepCounts { get; init; } = [];

    public ImmutableDictionary<int, RunningAttempt> Running { get; init; } = ImmutableDictionary<int, RunningAttempt>.Empty;

    /// <summary>Outputs of tasks that others read, by task.</summary>
    public ImmutableDictionary<int, ImmutableArray<OutputFile>> Outputs { get; init; } = ImmutableDictionary<int, ImmutableArray<OutputFile>>.Empty;

    /// <summary>The node that made them, by task, of the same tasks. It follows from the events, and is stored nowhere.</summary>
    public ImmutableDictionary<int, string> Makers { get; init; } = ImmutableDictionary<int, string>.Empty;

    /// <summary>What went wrong with tasks that failed and have not ended, by task.</summary>
    public ImmutableDictionary<int, TaskTroubles> Troubles { get; init; } = ImmutableDictionary<int, TaskTroubles>.Empty;

    /// <summary>Whether it was cancelled; by force if what runs is ended too.</summary>
    public JobEvent.CancelRequested? Cancel { get; init; }

    /// <summary>Who holds it and why; null when nobody does. A job that can do nothing but wait for its held results is held by itself.</summary>
    public JobEvent.Held? Held { get; init; }

    /// <summary>Results that wait for a person's word, by task.</summary>
    public ImmutableDictionary<int, HeldResult> HeldResults { get; init; } = ImmutableDictionary<int, HeldResult>.Empty;

    /// <summary>Higher runs first; as submitted, or as somebody changed it since.</summary>
    public int Priority { get; init; }

    /// <summary>Jobs that must end FINISHED before anything of this one starts, and have not yet.</summary>
    public ImmutableArray<JobId> WaitsFor { get; init; } = [];

    /// <summary>When and how it was opened again, the last time; null before.</summary>
    public JobEvent.TasksReopened? Reopened { get; init; }

    /// <summary>How many tasks could be started, as far as they themselves are concerned.</summary>
    public int StartableCount { get; init; }

    public DateTimeOffset SubmittedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public TaskCounts Counts => StepCounts.Aggregate(default(TaskCounts), static (sum, step) => new TaskCounts(
        sum.Normal + step.Normal,
        sum.Error + step.Error,
        sum.Aborted + step.Aborted,
        sum.Submitted + step.Submitted,
        sum.Unknown + step.Unknown));

    /// <summary>True when every task has ended.</summary>
    public bool Ended => Exists && Counts is { Submitted: 0, Unknown: 0 };

    /// <summary>Whether tasks of it may be started at all now.</summary>
    public bool MayStart => Cancel is null && Held is null && WaitsFor.IsEmpty;

    /// <summary>Whether nothing runs or could, and only a person's word about its results can change that.</summary>
    public bool NeedsWord => Cancel is null && !HeldResults.IsEmpty && Running.IsEmpty && StartableCount == 0;

    public JobStatus Status => this switch
    {
        { Ended: false, Held: not null } => JobStatus.Held,
        { Ended: false, StartedAt: null } => JobStatus.Queued,
        { Ended: false } => JobStatus.Running,
        { Cancel: not null } => JobStatus.Cancelled,
        { Counts: { Error: 0, Aborted: 0 } } => JobStatus.Finished,
        _ => JobStatus.Failed,
    };

    /// <summary>Whether <paramref name="attempt"/> is the one whose outcome counts.</summary>
    public bool IsCurrent(TaskAttempt attempt) =>
        attempt.Task >= 0 && attempt.Task < Cells.Length
        && Cells[attempt.Task] is { State: TaskState.Running } cell && cell.Attempts == attempt.Number;

    /// <summary>What went wrong with a task so far.</summary>
    public TaskTroubles TroublesOf(int task) => Troubles.GetValueOrDefault(task, TaskTroubles.None);

    /// <summary>What the current attempt at a task holds, or the next one will.</summary>
    public Resources ResourcesOf(int task)
    {
        var resources = Plan.Steps[Plan.StepOf(task)].Resources;
        return TroublesOf(task).MemoryBytes is { } bytes ? resources with { MemoryBytes = bytes } : resources;
    }

    /// <summary>The rules of a task's step.</summary>
    public StepRules RulesOf(int task) => Plan.Steps[Plan.StepOf(task)].Rules;

    /// <summary>All tasks that may be started now, in order.</summary>
    public ImmutableArray<TaskRange> Startable() => Ranges(static cell => cell.Startable);

    /// <summary>All tasks that have neither ended nor run, in order.</summary>
    public ImmutableArray<TaskRange> NotRunning() => Ranges(static cell => !cell.Ended && cell.State != TaskState.Running);

    private ImmutableArray<TaskRange> Ranges(Func<TaskCell, bool> wanted)
    {
        var builder = new TaskRangeBuilder();
        for (var task = 0; task < Cells.Length; task++)
        {
            if (wanted(Cells[task]))
            {
                builder.Add(task);
            }
        }

        return builder.Build();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"job {Id} {Status} {Counts}");
}
