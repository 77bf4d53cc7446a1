using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Whether a node is given work, and why not.</summary>
/// <remarks>
/// <code>
///            failed everything                 stopped in order
///   Up ◄──────────────────────► Quarantined    Up ──────────────► Left ──an hour──► forgotten
///    ▲ ▲        probed, resumed                 │ cannot be reached             ▲
///    │ └──────── joins ─────────────────────────┴─► CutOff ──node-timeout──► Lost ──a week
///    └─ drained, resumed ─► Draining
/// </code>
/// </remarks>
public enum NodeState
{
    /// <summary>It is given work.</summary>
    Up,

    /// <summary>An operator drained it: what runs there goes on, and it is given nothing.</summary>
    Draining,

    /// <summary>It cannot be reached; what runs there may run on.</summary>
    CutOff,

    /// <summary>It could not be reached for so long, or an operator said so, that what ran there is taken for lost.</summary>
    Lost,

    /// <summary>It failed tasks of several jobs: it is given nothing, but once in a while one task to see whether it is well again.</summary>
    Quarantined,

    /// <summary>It was stopped in order, and nothing of it is missing.</summary>
    Left,
}

/// <summary>What a node says of itself beside its capacity and tags.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Version">Of the program that it runs; null when it did not say.</param>
/// <param name="DiskBytes">What is free where its work directories are; null when it did not say.</param>
/// <param name="Missing">Programs of recipes that it does not have.</param>
public sealed record NodeAbout(string Host, string? Version, long? DiskBytes, ImmutableArray<string> Missing)
{
    /// <summary>Stands among <see cref="Missing"/> for what is no program: a node of an older version can be given no code, settings or version with a task. No program has this name.</summary>
    public const string Shipping = "shipped code and settings";

    /// <summary>Of a node that says nothing.</summary>
    public static NodeAbout Nothing { get; } = new("", null, null, []);

    /// <summary>When what runs there must have ended, of a node whose time is bounded; null of one that stays.</summary>
    public DateTimeOffset? EndsAt { get; init; }
}

/// <summary>How a node went.</summary>
/// <param name="Silent">How long it had been silent before that was noticed.</param>
/// <param name="LostAfter">What runs there is taken for lost when it is not back after this time; null when it is not waited for.</param>
/// <param name="InOrder">Whether it said so itself.</param>
public readonly record struct NodeAbsence(TimeSpan Silent, TimeSpan? LostAfter, bool InOrder)
{
    /// <summary>Of a node that is not waited for: its launcher comes back, or this very service ends.</summary>
    public static NodeAbsence ForNow { get; }
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
    string Name, NodeState State, string? Reason, Resources Capacity, Resources Held, int Tasks, ImmutableArray<string> Tags)
{
    /// <summary>Whether it can be told anything.</summary>
    public bool Connected { get; init; }

    /// <summary>Whether an operator drained it, whatever else is the matter with it.</summary>
    public bool Drained { get; init; }

    /// <summary>Of <see cref="Tasks"/>, how many were given ahead and wait there for room.</summary>
    public int Waiting { get; init; }

    /// <summary>What it said of itself.</summary>
    public NodeAbout About { get; init; } = NodeAbout.Nothing;

    /// <summary>When it joined for the last time; null when it has not since the start of the frontend.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>When it was heard for the last time; null while it can be reached, and when nobody knows.</summary>
    public DateTimeOffset? LastHeard { get; init; }

    /// <summary>When its tasks are taken for lost unless it is back; null when they are not.</summary>
    public DateTimeOffset? LostAt { get; init; }
}
