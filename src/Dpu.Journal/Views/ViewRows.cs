using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Notifications;
using Dpu.Domain.Users;

namespace Dpu.Journal.Views;

/// <summary>A job as the views tell it.</summary>
/// <param name="Job">Its number.</param>
/// <param name="Sequence">What was submitted.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Counts">Its tasks.</param>
/// <param name="Priority">Higher runs first.</param>
/// <param name="Tags">The user's own words.</param>
/// <param name="Commit">Whether later jobs find its outputs.</param>
/// <param name="EstimatedSeconds">Expected process time.</param>
/// <param name="IdempotencyKey">The client's name for the submission.</param>
/// <param name="Fingerprint">Hash of what was asked.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="StartedAt">When its first task was given to a node.</param>
/// <param name="EndedAt">When its last task ended.</param>
/// <param name="CancelledBy">Who asked for its end.</param>
public sealed record JobRow(
    JobId Job,
    string Sequence,
    string User,
    JobStatus Status,
    TaskCounts Counts,
    int Priority,
    ImmutableArray<string> Tags,
    bool Commit,
    double EstimatedSeconds,
    string IdempotencyKey,
    string Fingerprint,
    DateTimeOffset SubmittedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? CancelledBy)
{
    /// <summary>Who holds it; null when nobody does.</summary>
    public string? HeldBy { get; init; }

    /// <summary>Why it is held; may be empty.</summary>
    public string? HeldBecause { get; init; }

    /// <summary>Jobs that must end FINISHED before it starts.</summary>
    public ImmutableArray<JobId> After { get; init; } = [];

    /// <summary>Those among them that have not yet.</summary>
    public ImmutableArray<JobId> WaitsFor { get; init; } = [];

    /// <summary>Who sees it, beside its user.</summary>
    public WorkContext Context { get; init; } = WorkContext.Usual;

    /// <summary>The version of the recipes that it runs; null for the usual one.</summary>
    public string? Version { get; init; }

    /// <summary>The code of its user's own that it runs, by its checksum; null for none.</summary>
    public string? CodeSha256 { get; init; }

    /// <inheritdoc cref="JobSpec.Notify"/>
    public ImmutableArray<NotifyWay>? Notify { get; init; }
}

/// <summary>Jobs that changed.</summary>
/// <param name="Jobs">By rising number; empty when there are too many.</param>
/// <param name="TooMany">Whether there are more than were asked for.</param>
/// <param name="Checkpoint">The last event that these lines hold: where to ask next.</param>
public sealed record ChangedJobs(ImmutableArray<JobRow> Jobs, bool TooMany, long Checkpoint);

/// <summary>A step of a job.</summary>
/// <param name="Step">Its index in the sequence, from 0.</param>
/// <param name="Name">Unique within the job.</param>
/// <param name="Recipe">The catalog's recipe; null for <c>exec</c>.</param>
/// <param name="FirstTask">Number of its first task.</param>
/// <param name="Counts">Its tasks.</param>
/// <param name="Resources">What each of them holds while it runs.</param>
/// <param name="WallTime">Limit of each attempt.</param>
public sealed record StepRow(
    int Step,
    string Name,
    string? Recipe,
    int FirstTask,
    TaskCounts Counts,
    Resources Resources,
    TimeSpan? WallTime);

/// <summary>A job with its steps, from one moment.</summary>
/// <param name="Job">The job.</param>
/// <param name="Steps">In the order of the sequence.</param>
/// <param name="Findings">How often each pattern was found in the output of its attempts, the gravest first.</param>
public sealed record JobDetails(JobRow Job, ImmutableArray<StepRow> Steps, ImmutableArray<FindingCount> Findings);

/// <summary>How often a pattern was found in a job.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Pattern">The pattern's name in the recipe's declaration.</param>
/// <param name="Level">How much a match matters.</param>
/// <param name="Lines">Lines that fit it, over all attempts.</param>
/// <param name="Attempts">Attempts that printed such a line.</param>
public sealed record FindingCount(string Step, string Pattern, FindingLevel Level, long Lines, long Attempts);

/// <summary>Where a task stands, as far as events tell: whether a task that was not started could be is not in the views.</summary>
public enum TaskViewState
{
    /// <summary>Not ended and not running: it waits for others, for a node, or for its next try.</summary>
    Submitted,

    /// <summary>An attempt runs.</summary>
    Running,

    /// <summary>Ended normally.</summary>
    Normal,

    /// <summary>Ended with an error.</summary>
    Error,

    /// <summary>Cancelled, or never run because something it needs failed.</summary>
    Aborted,

    /// <summary>Its node was lost and the outcome is not known.</summary>
    Unknown,

    /// <summary>Ended normally; its result waits for a person's word. Counts as submitted.</summary>
    Held,
}

/// <summary>A task with its attempts.</summary>
/// <param name="Task">Its number in the job, from 0.</param>
/// <param name="Step">Index of its step.</param>
/// <param name="StepName">Name of its step.</param>
/// <param name="Keys">Values of the <c>divide-by</c> keys; empty for <c>exec</c>.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Cause">Why its last attempt did not end normally.</param>
/// <param name="Message">One sentence for people, when it failed, was lost or aborted; else empty.</param>
/// <param name="Attempts">In order.</param>
public sealed record TaskRow(
    int Task,
    int Step,
    string StepName,
    ImmutableSortedDictionary<string, string> Keys,
    TaskViewState State,
    FailureCause? Cause,
    string Message,
    ImmutableArray<AttemptRow> Attempts);

/// <summary>One attempt at a task.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Node">The node that it was given to.</param>
/// <param name="State">Running, Normal, Error, Aborted (cancelled), Unknown (lost) or Held.</param>
/// <param name="StartedAt">When its process was spawned, or when it was given to the node as long as that is not known.</param>
/// <param name="EndedAt">When its last process was gone, or when it was declared lost.</param>
/// <param name="Cause">Why it did not end normally.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="ExitCode">Null when it never ran or a signal ended it.</param>
/// <param name="Signal">The signal that ended it.</param>
/// <param name="CpuSeconds">User and system time of its processes.</param>
/// <param name="MaxRssBytes">Peak memory.</param>
/// <param name="OutputBytes">How much it wrote to stdout and stderr.</param>
public sealed record AttemptRow(
    int Number,
    string Node,
    TaskViewState State,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    FailureCause? Cause,
    string Message,
    int? ExitCode,
    int? Signal,
    double? CpuSeconds,
    long? MaxRssBytes,
    long? OutputBytes)
{
    /// <summary>What was found in its output, in the order in which it was printed.</summary>
    public ImmutableArray<LogFinding> Findings { get; init; } = [];

    /// <summary>How much memory it was given; 0 for no limit.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>How long it took to put its files in place; null while it runs, and when that is not known.</summary>
    public double? StagingInSeconds { get; init; }

    /// <summary>How long it took to save what it made; null when there was nothing to save.</summary>
    public double? SavingSeconds { get; init; }
}

/// <summary>A file that a job made.</summary>
/// <param name="File">The file.</param>
/// <param name="Step">Name of the step that made it.</param>
/// <param name="Main">Whether it is one of the job's main objects.</param>
public sealed record ResultRow(CatalogFile File, string Step, bool Main);

/// <summary>What was done per day, user and step.</summary>
/// <param name="Day">In UTC.</param>
/// <param name="User">Whose jobs.</param>
/// <param name="Step">The recipe's name, or the program's for <c>exec</c>.</param>
/// <param name="AttemptsStarted">Attempts given to nodes.</param>
/// <param name="Normal">Attempts that ended normally.</param>
/// <param name="Failed">Attempts that failed, retried or not; cancelled ones too.</param>
/// <param name="Lost">Attempts lost with their node.</param>
/// <param name="WallSeconds">Summed over ended attempts.</param>
/// <param name="CpuSeconds">Summed over ended attempts.</param>
/// <param name="MaxRssBytes">The largest seen.</param>
/// <param name="Files">Outputs registered.</param>
/// <param name="FileBytes">Their size.</param>
public sealed record StatisticsRow(
    DateOnly Day,
    string User,
    string Step,
    long AttemptsStarted,
    long Normal,
    long Failed,
    long Lost,
    double WallSeconds,
    double CpuSeconds,
    long MaxRssBytes,
    long Files,
    long FileBytes);

/// <summary>The state of the whole queue now, and what was done.</summary>
/// <param name="Jobs">How many jobs there are of each status; those without any are left out.</param>
/// <param name="Unfinished">Tasks of all jobs that have not ended.</param>
/// <param name="Tasks">Tasks of all jobs there ever were.</param>
/// <param name="Users">Everybody who ever submitted a job.</param>
/// <param name="RunningAttempts">Attempts that run now.</param>
/// <param name="Done">Rows of work done, newest day first.</param>
public sealed record Statistics(
    ImmutableSortedDictionary<JobStatus, long> Jobs,
    TaskCounts Unfinished,
    TaskCounts Tasks,
    ImmutableArray<UserTotals> Users,
    long RunningAttempts,
    ImmutableArray<StatisticsRow> Done);

/// <summary>What a user has submitted so far.</summary>
public sealed record UserTotals(string User, long Jobs, long Tasks);

/// <summary>The queue in figures, as somebody sees it.</summary>
/// <param name="Jobs">How many jobs there are of each status; those without any are left out.</param>
/// <param name="Tasks">Their tasks.</param>
/// <param name="Users">Whose they are.</param>
public sealed record QueueTotals(ImmutableSortedDictionary<JobStatus, long> Jobs, TaskCounts Tasks, ImmutableArray<UserTotals> Users);

/// <summary>The DPU in sums over everybody's work, for those who watch it. Work done only grows.</summary>
/// <param name="Jobs">How many jobs there are of each status; those without any are left out.</param>
/// <param name="Tasks">Tasks of all jobs there ever were.</param>
/// <param name="Unfinished">Tasks of all jobs that have not ended.</param>
/// <param name="RunningAttempts">Attempts that run now.</param>
/// <param name="Steps">Work done, by recipe.</param>
/// <param name="OldestQueued">When the job was submitted that is queued for the longest time; null when none is.</param>
/// <param name="Checkpoint">The last event that the views hold.</param>
/// <param name="DatabaseBytes">How large journal, views and catalog are together.</param>
public sealed record Figures(
    ImmutableSortedDictionary<JobStatus, long> Jobs,
    TaskCounts Tasks,
    TaskCounts Unfinished,
    long RunningAttempts,
    ImmutableArray<StepFigures> Steps,
    DateTimeOffset? OldestQueued,
    long Checkpoint,
    long DatabaseBytes);

/// <summary>Work done for one recipe since the DPU was set up; columns as of <see cref="StatisticsRow"/>.</summary>
public sealed record StepFigures(string Step, long Started, long Normal, long Failed, long Lost, double WallSeconds, double CpuSeconds, long Files, long FileBytes);
