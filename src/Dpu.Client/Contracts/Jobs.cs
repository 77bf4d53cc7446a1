using System.Globalization;
using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>Tasks by outcome: Normal, Error, Aborted, Submitted, Unknown. They add up to the number of tasks.</summary>
public sealed record JobCounts(
    [property: JsonPropertyName("N")] int N,
    [property: JsonPropertyName("E")] int E,
    [property: JsonPropertyName("A")] int A,
    [property: JsonPropertyName("S")] int S,
    [property: JsonPropertyName("U")] int U)
{
    [JsonIgnore]
    public int Total => N + E + A + S + U;

    /// <summary><c>75/0/0/0/0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{N}/{E}/{A}/{S}/{U}");
}

/// <summary>A job as lists show it. <see cref="Status"/> is QUEUED, RUNNING, HELD, FINISHED, FAILED or CANCELLED.</summary>
public sealed record JobSummary(
    int JobId,
    string Sequence,
    string User,
    string Status,
    JobCounts Counts,
    DateTimeOffset Submitted,
    DateTimeOffset? Started,
    DateTimeOffset? Ended)
{
    /// <summary>Higher runs first; 0 is usual.</summary>
    public int Priority { get; init; }

    /// <summary>Who holds it; not written when nobody does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HeldBy { get; init; }

    /// <summary>Why it is held.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HeldBecause { get; init; }

    /// <summary>The project that it belongs to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    /// <summary>Who sees what it makes, beside its user: <c>mydb</c> (nobody), <c>project</c> (members), <c>users</c> (all of them) or <c>world</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Privileges { get; init; }

    /// <summary>The code of its user's own that it runs, by its SHA-256; not written for released code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CodeSha256 { get; init; }

    /// <summary>True when nothing of the job will run any more.</summary>
    [JsonIgnore]
    public bool HasEnded => Status is "FINISHED" or "FAILED" or "CANCELLED";
}

/// <summary>A job with its steps and, when asked for, its tasks.</summary>
/// <param name="Tasks">Null, and not written, when they were not asked for.</param>
/// <param name="Findings">How often each pattern was found in the output of its attempts, the gravest first; not written when none was.</param>
public sealed record JobDetail(
    int JobId,
    string Sequence,
    string User,
    string Status,
    JobCounts Counts,
    DateTimeOffset Submitted,
    DateTimeOffset? Started,
    DateTimeOffset? Ended,
    IReadOnlyList<StepDetail> Steps,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TaskDetail>? Tasks = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FindingSummary>? Findings = null)
{
    /// <inheritdoc cref="JobSummary.Priority"/>
    public int Priority { get; init; }

    /// <inheritdoc cref="JobSummary.HeldBy"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HeldBy { get; init; }

    /// <inheritdoc cref="JobSummary.HeldBecause"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HeldBecause { get; init; }

    /// <inheritdoc cref="JobSummary.Project"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Project { get; init; }

    /// <inheritdoc cref="JobSummary.Privileges"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Privileges { get; init; }

    /// <summary>Jobs that must end FINISHED before it starts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? After { get; init; }

    /// <summary>Those among them that have not yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? WaitsFor { get; init; }

    /// <summary>The version of the recipes that it runs; not written for the usual one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Version { get; init; }

    /// <summary>The code of its user's own that it runs, by its checksum; not written for released code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CodeSha256 { get; init; }

    /// <summary>How long it was expected to run when it was accepted; 0 when nobody knew.</summary>
    public double EstimatedSeconds { get; init; }

    /// <summary>Who cancelled it; not written when nobody did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CancelledBy { get; init; }

    public static JobDetail From(JobSummary job, IReadOnlyList<StepDetail> steps, IReadOnlyList<TaskDetail>? tasks = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(job.JobId, job.Sequence, job.User, job.Status, job.Counts, job.Submitted, job.Started, job.Ended, steps, tasks)
        {
            Priority = job.Priority,
            HeldBy = job.HeldBy,
            HeldBecause = job.HeldBecause,
            Project = job.Project,
            Privileges = job.Privileges,
            CodeSha256 = job.CodeSha256,
        };
    }

    public JobSummary ToSummary() => new(JobId, Sequence, User, Status, Counts, Submitted, Started, Ended)
    {
        Priority = Priority,
        HeldBy = HeldBy,
        HeldBecause = HeldBecause,
        Project = Project,
        Privileges = Privileges,
        CodeSha256 = CodeSha256,
    };
}

/// <summary>How often a pattern was found in a job's output.</summary>
/// <param name="Step">The step.</param>
/// <param name="Pattern">The pattern's name in the recipe's declaration.</param>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Lines">Lines that fit it, over all attempts.</param>
/// <param name="Attempts">Attempts that printed such a line.</param>
public sealed record FindingSummary(string Step, string Pattern, string Level, long Lines, long Attempts);

/// <summary>A line of an attempt's output that fits a pattern of its recipe.</summary>
/// <param name="Pattern">The pattern's name in the recipe's declaration.</param>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="At">When it was printed.</param>
/// <param name="Line">The line; a long one is cut.</param>
/// <param name="Count">How many lines of the attempt fit the pattern: only the first few are listed.</param>
public sealed record Finding(string Pattern, string Level, DateTimeOffset At, string Line, int Count);

/// <summary>One step of a job.</summary>
public sealed record StepDetail(string Name, JobCounts Counts);

/// <summary>One task: which group of inputs it stands for, how it is, and every try at it.</summary>
/// <param name="State">Normal, Error, Aborted, Submitted, Running, Held (its result waits for a release) or Unknown.</param>
/// <param name="LastLines">The last lines that a failed task printed; not written otherwise.</param>
/// <param name="Host">The node that it belongs to, of a mapfile; not written otherwise.</param>
/// <param name="Line">Its line, of an <c>exec</c> job; not written otherwise.</param>
public sealed record TaskDetail(
    int Task,
    string Step,
    IReadOnlyDictionary<string, string> Keys,
    string State,
    IReadOnlyList<AttemptDetail> Attempts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? LastLines = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Host = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Line = null)
{
    /// <summary>One sentence about a task that failed, was lost, aborted or is held; not written otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }
}

/// <summary>One try at a task.</summary>
/// <param name="Started">When its process started; null when it never did.</param>
/// <param name="Ended">When it ended, or was declared lost.</param>
/// <param name="ExitCode">Null while it runs, when a signal ended it, or when it is lost.</param>
/// <param name="Cause">Why it failed (<c>recipe</c>, <c>memory</c>, <c>time</c>, <c>launch</c>, <c>node</c> …); null otherwise.</param>
/// <param name="MaxRssBytes">Peak memory of the whole process tree, in bytes.</param>
/// <param name="CpuSeconds">User and system time.</param>
/// <param name="Message">One sentence about the failure.</param>
/// <param name="MemorySource">How the memory was measured.</param>
/// <param name="Signal">The signal that ended it, if one did.</param>
/// <param name="State">The attempt's own state, where it says more than its task's.</param>
/// <param name="Findings">What was found in its output, in the order in which it was printed; not written when nothing was.</param>
public sealed record AttemptDetail(
    int Attempt,
    string? Node,
    DateTimeOffset? Started,
    DateTimeOffset? Ended,
    int? ExitCode,
    string? Cause,
    long MaxRssBytes,
    double CpuSeconds,
    string? Message = null,
    string? MemorySource = null,
    int? Signal = null,
    string? State = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Finding>? Findings = null)
{
    /// <summary>How much memory it was given; 0 for no limit.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>What it does at this moment, as its node said last; not written when it has ended, or its node has not said it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PhaseInfo? Phase { get; init; }

    /// <summary>How long it took to put its files in place; not written when that is not known (yet).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? StagingInSeconds { get; init; }

    /// <summary>How long it took to save what it made; not written when there was nothing to save (yet).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SavingSeconds { get; init; }
}

/// <summary>What an attempt does on its node.</summary>
/// <param name="Name"><c>waiting</c> (for room there), <c>staging-in</c>, <c>running</c> or <c>saving</c>.</param>
public sealed record PhaseInfo(string Name)
{
    /// <summary>Since when; not written when the node does not know, as of what it took up again after a restart.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Since { get; init; }

    /// <summary>How far its files are; not written when none are on their way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PhaseFiles? Files { get; init; }

    /// <summary>The node is cut off, and was heard for the last time then; not written while it is connected.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? AsOf { get; init; }
}

/// <summary>How far files are that are put in place or saved.</summary>
/// <param name="Done">How many are in their place.</param>
/// <param name="Total">How many there are.</param>
/// <param name="BytesDone">How much of them is there.</param>
/// <param name="BytesTotal">How much they are together; not written when that is not known.</param>
public sealed record PhaseFiles(
    int Done,
    int Total,
    long BytesDone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? BytesTotal);
