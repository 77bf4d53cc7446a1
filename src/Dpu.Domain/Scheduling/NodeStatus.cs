using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Whether a node is given work.</summary>
public enum NodeState
{
    /// <summary>It is given work.</summary>
    Up,

    /// <summary>It cannot be reached; what runs there may run on.</summary>
    Away,

    /// <summary>It failed tasks of several jobs: it is given nothing, but once in a while one task to see whether it is well again.</summary>
    Quarantined,
}

/// <summary>A node as the scheduler knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Whether it is given work.</param>
/// <param name="Reason">Why not, in a sentence; null while it is.</param>
/// <param name="Capacity">What it has.</param>
/// <param name="Held">What the tasks there hold together; short tasks that were given ahead count beyond what it has.</param>
/// <param name="Tasks">How many tasks were given to it and have not ended.</param>
/// <param name="Tags">What steps may ask for.</param>
public sealed record NodeStatus(
    string Name, NodeState State, string? Reason, Resources Capacity, Resources Held, int Tasks, ImmutableArray<string> Tags);
