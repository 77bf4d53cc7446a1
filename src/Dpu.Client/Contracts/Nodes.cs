namespace Dpu.Client.Contracts;

/// <summary>A backend node with its load.</summary>
/// <param name="State"><c>Up</c>, <c>Draining</c>, <c>CutOff</c>, <c>Lost</c>, <c>Quarantined</c> or <c>Left</c>.</param>
/// <param name="Running">Tasks that run there, as far as is known.</param>
/// <param name="Tags">What steps may ask for.</param>
/// <param name="Reason">Why it is given nothing, in a sentence; null while it is given work.</param>
public sealed record NodeInfo(
    string Name, string State, int Cpus, long MemoryBytes, int Running, IReadOnlyList<string> Tags, string? Reason)
{
    /// <summary>Tasks that were given ahead and wait there for room.</summary>
    public int Waiting { get; init; }

    /// <summary>Whether an operator drained it, whatever else is the matter with it.</summary>
    public bool Drained { get; init; }

    /// <summary>The host's name; null when it is not known.</summary>
    public string? Host { get; init; }

    /// <summary>The version of dpu that it runs; null when it is not known.</summary>
    public string? Version { get; init; }

    /// <summary>What is free where its work directories are; null when it is not known.</summary>
    public long? DiskBytes { get; init; }

    /// <summary>Programs of recipes that it does not have: it is given nothing of those. Null from a DPU that does not tell.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>When it joined for the last time; null when it has not since the start of the frontend.</summary>
    public DateTimeOffset? Joined { get; init; }

    /// <summary>When it was heard for the last time; null while it can be reached, and when nobody knows.</summary>
    public DateTimeOffset? LastHeard { get; init; }

    /// <summary>When its time ends, of a node whose time is bounded: what is expected to take longer is not given to it.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>When its tasks are taken for lost unless it is back; null when they are not.</summary>
    public DateTimeOffset? LostAt { get; init; }
}

/// <summary>An attempt that runs on a node, or waits there.</summary>
/// <param name="Job">The job.</param>
/// <param name="Task">Its task, from 0.</param>
/// <param name="Attempt">The attempt at it, from 1.</param>
/// <param name="Step">The step of the job.</param>
/// <param name="User">Whose job.</param>
/// <param name="Given">When it was given to the node.</param>
public sealed record NodeTask(int Job, int Task, int Attempt, string Step, string User, DateTimeOffset Given)
{
    /// <summary>What it does at this moment; null when that is not known.</summary>
    public PhaseInfo? Phase { get; init; }
}

/// <summary>Gives a node nothing more.</summary>
public sealed record DrainRequest;

/// <summary>Gives a node work again, drained or quarantined as it may be.</summary>
public sealed record ResumeRequest;

/// <summary>Says that a node's host is dead.</summary>
public sealed record LostRequest;

/// <summary>The DPU in figures.</summary>
/// <param name="State">As in <see cref="HealthInfo"/>; null from a DPU that does not tell.</param>
/// <param name="Reason">Why it is impaired, in a sentence; null when it is not.</param>
public sealed record DpuStats(
    JobTotals Jobs,
    JobCounts Tasks,
    double TasksPerSecondLastMinute,
    IReadOnlyList<UserLoad> Users,
    IReadOnlyList<NodeInfo> Nodes,
    long DeadLetters,
    double UptimeSeconds,
    IReadOnlyList<EstimateQuality>? Estimates = null,
    string? State = null,
    string? Reason = null);

/// <summary>How good the estimates of a program's steps were, over the last finished jobs.</summary>
/// <param name="Program">The recipe, or the program's name for <c>exec</c>.</param>
/// <param name="Steps">How many steps are judged.</param>
/// <param name="MedianRatio">Half of them took at most so many times what was estimated.</param>
/// <param name="WithinFactor2">The share that took between half and twice the estimate, 0 to 1.</param>
public sealed record EstimateQuality(string Program, int Steps, double MedianRatio, double WithinFactor2);

public sealed record JobTotals(int Total, IReadOnlyDictionary<string, int> ByStatus);

/// <summary>What one user has in the DPU: jobs and their tasks.</summary>
public sealed record UserLoad(string User, int Jobs, int Tasks);
