using System.Collections.Immutable;

namespace Dpu.Domain.Scheduling;

/// <summary>How work is shared out: section <c>dpu.scheduling</c>.</summary>
/// <param name="ShareHalfLife">After this time what a user has used counts half.</param>
/// <param name="RunningPerUserMax">How many tasks of one user may run at once; null for as many as fit.</param>
/// <param name="RecipeLimits">How many tasks of a recipe may run at once, over all jobs.</param>
/// <param name="LocalityWait">How long a task waits for the node that has its data before it takes another.</param>
/// <param name="Patience">How long room is kept for a task by estimates before its node is given nothing else at all.</param>
/// <param name="Health">When a node is given nothing because it fails everything.</param>
public sealed record SchedulingPolicy(
    TimeSpan ShareHalfLife,
    int? RunningPerUserMax,
    ImmutableDictionary<string, int> RecipeLimits,
    TimeSpan LocalityWait,
    TimeSpan Patience,
    HealthPolicy Health)
{
    /// <summary>No limits; the times of <c>reference.conf</c>.</summary>
    public static SchedulingPolicy Usual { get; } = new(
        TimeSpan.FromHours(6),
        null,
        ImmutableDictionary<string, int>.Empty.WithComparers(StringComparer.Ordinal),
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(10),
        HealthPolicy.Usual);
}

/// <summary>When a node is taken for ill: section <c>dpu.scheduling.quarantine</c>.</summary>
/// <param name="FastFailure">A failure counts against the node when it came within this time.</param>
/// <param name="JobsMin">Of so many jobs it must have failed a task since its last success.</param>
/// <param name="RecipesMin">Of so many recipes, too: one bad recipe says nothing about a node. At least 2.</param>
/// <param name="ProbeAfter">After this time it is given one task; each one that does not end normally doubles it.</param>
/// <param name="ProbeAfterMax">But not beyond this.</param>
public sealed record HealthPolicy(TimeSpan FastFailure, int JobsMin, int RecipesMin, TimeSpan ProbeAfter, TimeSpan ProbeAfterMax)
{
    public static HealthPolicy Usual { get; } = new(TimeSpan.FromSeconds(10), 3, 2, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));
}
