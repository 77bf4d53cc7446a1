using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Why startable tasks of a job do not run: the constraint that binds, in numbers.</summary>
public abstract record WaitReason
{
    private WaitReason()
    {
    }

    /// <summary>No node is there that could take anything.</summary>
    public sealed record NoNode : WaitReason;

    /// <summary>The tasks belong to a host that is not there, or the others of their step run on it and all have to.</summary>
    public sealed record HostAway(string Host) : WaitReason;

    /// <summary>No node that is there has these tags.</summary>
    public sealed record TagsMissing(ImmutableArray<string> Tags) : WaitReason;

    /// <summary>No node that is there has what the recipe of these tasks runs.</summary>
    /// <param name="Recipe">The step's recipe.</param>
    /// <param name="Programs">Its programs.</param>
    public sealed record ProgramMissing(string Recipe, ImmutableArray<string> Programs) : WaitReason;

    /// <summary>No node that is there is large enough, even with nothing else on it.</summary>
    public sealed record TooLarge(Resources Need, Resources Largest) : WaitReason;

    /// <summary>Nodes that fit are there for a bounded time, and all of them for too short a one.</summary>
    /// <param name="Seconds">How long a task is expected to take.</param>
    /// <param name="Node">The node with the most time left.</param>
    /// <param name="EndsAt">When that one's time ends.</param>
    public sealed record TooLong(double Seconds, string Node, DateTimeOffset EndsAt) : WaitReason;

    /// <summary>Nodes that fit are busy: what the task needs, and the most that is free on one of them.</summary>
    public sealed record Busy(Resources Need, Resources MostFree, int Nodes) : WaitReason;

    /// <summary>Its user, its recipe or its step runs as many tasks as it may at once.</summary>
    /// <param name="Of"><c>user</c>, <c>recipe</c> or <c>step</c>.</param>
    /// <param name="Name">The user's or the recipe's name; the step's recipe.</param>
    /// <param name="Running">How many run.</param>
    /// <param name="Max">How many may.</param>
    public sealed record Limited(string Of, string Name, int Running, int Max) : WaitReason;

    /// <summary>As many of this step run on each node that fits as may.</summary>
    public sealed record NodesFull(int MaxPerNode) : WaitReason;

    /// <summary>
    /// Room is kept on a node for a task that came first and fits nowhere yet: for another job's, or, when <paramref name="For"/> is the
    /// job itself, for this one. <paramref name="Until"/> is when it is expected to start; null when nobody knows how long what runs there takes.
    /// The job is null for whoever is not told which it is.
    /// </summary>
    public sealed record Reserved(JobId? For, string Node, DateTimeOffset? Until) : WaitReason;

    /// <summary>Jobs of higher priority come first.</summary>
    public sealed record Priority(int Own, int Higher, long TasksBefore) : WaitReason;

    /// <summary>Other users have used less lately; shares are fractions of what all used. The user is null for whoever is not told.</summary>
    public sealed record FairShare(double OwnShare, double LowestShare, string? LowestUser) : WaitReason;

    /// <summary>Older jobs of the same user come first: one of them, null for whoever is not told.</summary>
    public sealed record Age(JobId? Before, long TasksBefore) : WaitReason;

    /// <summary>It waits for the node that has its data, a bounded time.</summary>
    public sealed record DataElsewhere(string Node, DateTimeOffset Until) : WaitReason;

    /// <summary>Every node that fits is quarantined or draining.</summary>
    /// <param name="Nodes">Which; those that an operator drained when there are such.</param>
    /// <param name="State">What they are.</param>
    public sealed record NodesUnfit(ImmutableArray<string> Nodes, NodeState State) : WaitReason;
}
