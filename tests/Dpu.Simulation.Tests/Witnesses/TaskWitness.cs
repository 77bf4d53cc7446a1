using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>What the journal tells of a task, kept apart from the code under test.</summary>
internal sealed class TaskWitness(StepPlan step, TaskGroup? group)
{
    public StepPlan Step { get; } = step;

    /// <summary>Tasks that must have ended normally before it may start.</summary>
    public IReadOnlyList<int> Upstream { get; } = group is null ? [] : [.. group.Upstream];

    public int Attempts { get; set; }

    public bool Running { get; set; }

    public bool Unknown { get; set; }

    /// <summary>Its attempt ended normally, and nobody has released what it made.</summary>
    public bool Held { get; set; }

    /// <summary>What an attempt holds now.</summary>
    public Resources Resources { get; set; } = step.Resources;

    /// <summary>How it ended: Normal, Error or Aborted; null before.</summary>
    public TaskState? Outcome { get; set; }
}
