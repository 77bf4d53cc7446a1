namespace Dpu.Client.Contracts;

/// <summary>A backend node with its load.</summary>
/// <param name="State"><c>Up</c>, <c>Away</c>, <c>Quarantined</c> …</param>
/// <param name="Running">Tasks that were given to it and have not ended.</param>
/// <param name="Tags">What steps may ask for.</param>
/// <param name="Reason">Why it is given nothing, in a sentence; null while it is given work.</param>
public sealed record NodeInfo(
    string Name, string State, int Cpus, long MemoryBytes, int Running, IReadOnlyList<string> Tags, string? Reason);

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
