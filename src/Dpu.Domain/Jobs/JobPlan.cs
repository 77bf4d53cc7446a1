using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Jobs;

/// <summary>An input of a task, as the plan knows it.</summary>
public sealed record InputFile(string Id, string Path, string Type, ImmutableSortedDictionary<string, MetadataValue> Metadata);

/// <summary>
/// A job's steps and tasks. Tasks are numbered from 0 through all steps: each step has the numbers from its
/// <see cref="StepPlan.First"/> on.
/// </summary>
/// <param name="Files">Every file of the catalog that some task reads, once; groups point into it.</param>
/// <param name="Steps">In the order of the sequence.</param>
public sealed record JobPlan(ImmutableArray<InputFile> Files, ImmutableArray<StepPlan> Steps)
{
    public int TaskCount => Steps.IsEmpty ? 0 : Steps[^1].First + Steps[^1].Count;

    /// <summary>The index of the step that a task belongs to.</summary>
    public int StepOf(int task)
    {
        for (var step = Steps.Length - 1; step >= 0; step--)
        {
            if (task >= Steps[step].First)
            {
                return step;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(task), task, "Tasks count from 0.");
    }
}

/// <summary>One step: which program runs, how often, on what.</summary>
/// <param name="Name">The recipe's name, or the program's for <c>exec</c>; unique within the job (<c>Null</c>, <c>Null-2</c>).</param>
/// <param name="Recipe">The catalog's recipe, or null for <c>exec</c>.</param>
/// <param name="First">Number of its first task.</param>
/// <param name="Count">How many tasks it has.</param>
/// <param name="Command">Program and arguments; for <c>exec</c> every <c>{}</c> stands for the task's line.</param>
/// <param name="Resources">What each task holds.</param>
/// <param name="WallTime">Limit for each attempt, or null.</param>
/// <param name="Work">What tells its tasks apart.</param>
public sealed record StepPlan(
    string Name,
    string? Recipe,
    int First,
    int Count,
    ImmutableArray<string> Command,
    Resources Resources,
    TimeSpan? WallTime,
    StepWork Work);

/// <summary>What tells a step's tasks apart.</summary>
public abstract record StepWork
{
    private StepWork()
    {
    }

    /// <summary>The same command once or for each line. <paramref name="Lines"/> is null for a single task without a line.</summary>
    public sealed record Exec(TaskLines? Lines) : StepWork;

    /// <summary>A recipe on groups of inputs.</summary>
    /// <param name="Parameters">Option values by long name, as JSON text (typed), for <c>task.json</c>.</param>
    /// <param name="DividedInput">Name of the input that upstream outputs arrive at.</param>
    /// <param name="UpstreamTypes">Types of upstream outputs that count as inputs; empty in the first step.</param>
    /// <param name="Outputs">What the recipe declares that it makes.</param>
    /// <param name="Tasks">One for each task, in task order.</param>
    public sealed record Groups(
        ImmutableSortedDictionary<string, string> Parameters,
        string DividedInput,
        ImmutableArray<string> UpstreamTypes,
        ImmutableArray<OutputRule> Outputs,
        ImmutableArray<TaskGroup> Tasks) : StepWork;
}

/// <summary>An output that a recipe declares.</summary>
/// <param name="Name">Its name in the recipe's declaration.</param>
/// <param name="Type">The catalog type.</param>
/// <param name="Pattern">Names in the work directory that are this output when <c>results.json</c> does not list them.</param>
/// <param name="Main">Whether it is one of the job's main objects.</param>
public sealed record OutputRule(string Name, string Type, string Pattern, bool Main);

/// <summary>One task of a recipe: its keys, its inputs, and the tasks whose outputs it also reads.</summary>
/// <param name="Keys">Values of the <c>divide-by</c> keys.</param>
/// <param name="Inputs">Input name → indexes into <see cref="JobPlan.Files"/>.</param>
/// <param name="Upstream">Tasks of the step before; it runs when all of them ended normally.</param>
public sealed record TaskGroup(
    ImmutableSortedDictionary<string, string> Keys,
    ImmutableSortedDictionary<string, ImmutableArray<int>> Inputs,
    ImmutableArray<int> Upstream);
