using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>How a step's tasks are placed, limited, judged and tried again.</summary>
/// <param name="Placement">Where they may run.</param>
/// <param name="MaxPerNode">How many of them may run on one node at once; null for as many as fit.</param>
/// <param name="MaxAtOnce">How many of them may run at once; null for as many as fit.</param>
/// <param name="ExpectedSeconds">How long one of them is expected to run; 0 when nothing is known.</param>
/// <param name="Retry">How often one is tried, by the cause of its failure.</param>
/// <param name="Exits">What exit codes of its program mean beyond "failed".</param>
/// <param name="Patterns">What is looked for in its output.</param>
public sealed record StepRules(
    Placement Placement,
    int? MaxPerNode,
    int? MaxAtOnce,
    double ExpectedSeconds,
    RetryRules Retry,
    ImmutableArray<ExitRule> Exits,
    ImmutableArray<LogPattern> Patterns)
{
    /// <summary>Anywhere, as many as fit, tried once, nothing looked for.</summary>
    public static StepRules Usual { get; } = new(Placement.Anywhere, null, null, 0, RetryRules.Once, [], []);
}

/// <summary>Whether a step's tasks spread over the nodes.</summary>
public enum PlacementKind
{
    /// <summary>Over all nodes.</summary>
    Cluster = 1,

    /// <summary>All of a job's tasks of this step run on one node, whichever gets the first.</summary>
    SingleNode = 2,
}

/// <summary>Where a step's tasks may run.</summary>
/// <param name="Kind">Over all nodes, or on one.</param>
/// <param name="Tags">Tags that a node must have, all of them.</param>
/// <param name="Hosts">The node of each task by name, for a mapfile: disjoint ranges that cover all tasks; empty for any node.</param>
public sealed record Placement(PlacementKind Kind, ImmutableArray<string> Tags, ImmutableArray<HostRange> Hosts)
{
    public static Placement Anywhere { get; } = new(PlacementKind.Cluster, [], []);

    /// <summary>The node that a task belongs to, counted from the step's own first task; null for any.</summary>
    public string? HostOf(int task)
    {
        foreach (var range in Hosts)
        {
            if (task >= range.First && task < range.First + range.Count)
            {
                return range.Host;
            }
        }

        return null;
    }
}

/// <summary>Tasks of a step that belong to a host: <paramref name="First"/> counts from the step's own first task.</summary>
public readonly record struct HostRange(string Host, int First, int Count);

/// <summary>How many attempts a task has, by the cause of its failures. The loss of a node uses none of them up.</summary>
/// <param name="Recipe">Attempts that may end with cause <see cref="FailureCause.Recipe"/>, the last one included.</param>
/// <param name="Memory">The same for <see cref="FailureCause.Memory"/>; each has the memory of the one before, or what that one held when this would still be too little, × <paramref name="MemoryFactor"/>.</param>
/// <param name="Time">The same for <see cref="FailureCause.Time"/>.</param>
/// <param name="Launch">The same for <see cref="FailureCause.Launch"/>: on another node, if there is one.</param>
/// <param name="Data">The same for <see cref="FailureCause.Data"/>.</param>
/// <param name="NodeLosses">Nodes that may be lost under a task before it is taken for the cause.</param>
/// <param name="MemoryFactor">At least 1.</param>
/// <param name="MemoryBytesMax">No attempt is given more; null for what the largest node has.</param>
public sealed record RetryRules(int Recipe, int Memory, int Time, int Launch, int Data, int NodeLosses, double MemoryFactor, long? MemoryBytesMax)
{
    /// <summary>Every failure is final; five nodes may be lost.</summary>
    public static RetryRules Once { get; } = new(1, 1, 1, 1, 1, NodeLosses: 5, MemoryFactor: 2, MemoryBytesMax: null);

    /// <summary>How many attempts may end with a cause before the task does; the loss of nodes is counted by itself.</summary>
    public int AttemptsFor(FailureCause cause) => cause switch
    {
        FailureCause.Recipe => Recipe,
        FailureCause.Memory => Memory,
        FailureCause.Time => Time,
        FailureCause.Launch => Launch,
        FailureCause.Data => Data,
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Only causes that use up attempts have a number of them."),
    };

    /// <summary>With no more memory for any attempt than the largest node has: more could never be given.</summary>
    public RetryRules Within(Resources largestNode) =>
        this with { MemoryBytesMax = Math.Min(MemoryBytesMax ?? long.MaxValue, largestNode.MemoryBytes) };
}

/// <summary>What an exit code of a program means.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Cause">The cause it stands for.</param>
/// <param name="Final">True when another attempt would end the same way: a wrong option.</param>
public sealed record ExitRule(int Code, FailureCause Cause, bool Final);

/// <summary>How much a line of output matters.</summary>
public enum FindingLevel
{
    Info = 1,
    Warning = 2,
    Error = 3,
}

/// <summary>What a matching line does beside being recorded.</summary>
public enum FindingAction
{
    Record = 1,

    /// <summary>The task fails although it ended normally.</summary>
    Fail = 2,

    /// <summary>The task's result waits until a person releases it.</summary>
    Hold = 3,
}

/// <summary>What is looked for in a task's output.</summary>
/// <param name="Name">Its name in the recipe's declaration.</param>
/// <param name="Regex">A regular expression that is matched within one line, without backtracking.</param>
/// <param name="Level">How much a match matters.</param>
/// <param name="Action">What a match does.</param>
/// <param name="Cause">The cause that a match gives to an attempt that failed (or fails by <paramref name="Action"/>); null leaves it.</param>
public sealed record LogPattern(string Name, string Regex, FindingLevel Level, FindingAction Action, FailureCause? Cause);

/// <summary>A line of a task's output that fits a pattern.</summary>
/// <param name="Pattern">The pattern's name.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="At">When the line was printed.</param>
/// <param name="Line">The line, cut to a bounded length.</param>
/// <param name="Count">How many lines of this attempt fit the pattern; only the first few of them are kept.</param>
public sealed record LogFinding(string Pattern, FindingLevel Level, DateTimeOffset At, string Line, int Count);
