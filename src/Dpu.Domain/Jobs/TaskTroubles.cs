using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>What went wrong with a task since it was submitted, or opened again. Kept only of tasks that failed and have not ended.</summary>
/// <param name="Recipe">Attempts that ended with this cause.</param>
/// <param name="Memory">The same for this one …</param>
/// <param name="Time">… and this one …</param>
/// <param name="Launch">… and this one …</param>
/// <param name="Data">… and this one. Lost nodes are counted in the task's <see cref="TaskCell"/>.</param>
/// <param name="MemoryBytes">What the next attempt is given instead of its step's memory, or null.</param>
/// <param name="Avoid">Nodes that failed it, by name: the next attempt should run on another one if there is one.</param>
public sealed record TaskTroubles(int Recipe, int Memory, int Time, int Launch, int Data, long? MemoryBytes, ImmutableArray<string> Avoid)
{
    public static TaskTroubles None { get; } = new(0, 0, 0, 0, 0, MemoryBytes: null, Avoid: []);

    /// <summary>How many attempts ended with a cause.</summary>
    public int Count(FailureCause cause) => cause switch
    {
        FailureCause.Recipe => Recipe,
        FailureCause.Memory => Memory,
        FailureCause.Time => Time,
        FailureCause.Launch => Launch,
        FailureCause.Data => Data,
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Only causes that use up attempts are counted here."),
    };

    /// <summary>With one more attempt that failed on <paramref name="node"/> and is followed by another.</summary>
    public TaskTroubles After(AttemptEnd end, string node)
    {
        var counted = end.Cause switch
        {
            FailureCause.Recipe => this with { Recipe = Recipe + 1 },
            FailureCause.Memory => this with { Memory = Memory + 1 },
            FailureCause.Time => this with { Time = Time + 1 },
            FailureCause.Launch => this with { Launch = Launch + 1 },
            FailureCause.Data => this with { Data = Data + 1 },
            FailureCause.Node or FailureCause.Cancelled => this,
            _ => throw new InvalidOperationException($"There is no cause {end.Cause}."),
        };
        return counted with
        {
            MemoryBytes = end.NextMemoryBytes ?? MemoryBytes,
            Avoid = end.Elsewhere && !Avoid.Contains(node, StringComparer.Ordinal) ? Avoid.Add(node) : Avoid,
        };
    }
}
