using System.Collections.Immutable;
using System.Text.Json.Serialization;
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

/// <summary>One step: which programs run, how often, on what.</summary>
/// <param name="Name">The recipe's or the pipeline step's name, or the program's for <c>exec</c>; unique within the job (<c>Null</c>, <c>Null-2</c>).</param>
/// <param name="Recipe">The catalog's recipe, or null for <c>exec</c>.</param>
/// <param name="First">Number of its first task.</param>
/// <param name="Count">How many tasks it has.</param>
/// <param name="Resources">What each task holds.</param>
/// <param name="WallTime">Limit for each attempt, or null.</param>
/// <param name="Work">What its tasks do, and what tells them apart.</param>
public sealed record StepPlan(
    string Name,
    string? Recipe,
    int First,
    int Count,
    Resources Resources,
    TimeSpan? WallTime,
    StepWork Work)
{
    /// <summary>Where its tasks may run, how many at once, and what becomes of those that fail.</summary>
    [JsonRequired]
    public StepRules Rules { get; init; } = StepRules.Usual;
}

/// <summary>What a step's tasks do, and what tells them apart.</summary>
public abstract record StepWork
{
    private StepWork()
    {
    }

    /// <summary>The same command once or for each line.</summary>
    /// <param name="Command">Program and arguments; every <c>{}</c> stands for the task's line.</param>
    /// <param name="Lines">Null for a single task without a line.</param>
    public sealed record Exec(ImmutableArray<string> Command, TaskLines? Lines) : StepWork;

    /// <summary>Recipes on groups of inputs.</summary>
    /// <param name="Commands">What each task runs, one after the other in one work directory; at least one.</param>
    /// <param name="Inputs">How its inputs come into the work directory.</param>
    /// <param name="Outputs">What it declares that it makes.</param>
    /// <param name="Tasks">One for each task, in task order.</param>
    public sealed record Groups(
        ImmutableArray<StepCommand> Commands,
        ImmutableArray<InputRule> Inputs,
        ImmutableArray<OutputRule> Outputs,
        ImmutableArray<TaskGroup> Tasks) : StepWork;
}

/// <summary>A program that a task runs.</summary>
/// <param name="Name">The step's name, or its own where several steps share one task; unique within the task.</param>
/// <param name="Recipe">The catalog's recipe.</param>
/// <param name="Program">The program and its arguments as far as they are the same for all tasks.</param>
/// <param name="Arguments">Arguments that follow and depend on the task's keys, files and outputs.</param>
/// <param name="Lists">Files that list inputs, written into the work directory before it starts.</param>
/// <param name="Parameters">Option values by long name, as JSON text (typed), for <c>task.json</c>.</param>
public sealed record StepCommand(
    string Name,
    string Recipe,
    ImmutableArray<string> Program,
    ImmutableArray<ArgumentRule> Arguments,
    ImmutableArray<ListRule> Lists,
    ImmutableSortedDictionary<string, string> Parameters);

/// <summary>Arguments that depend on the task.</summary>
/// <param name="Words">Templates: each becomes one argument, with <c>{name}</c> replaced; what was put in is never looked at again.</param>
/// <param name="Each">Name of an input: the words are repeated for each of its files, whose metadata can be named in them; null for once.</param>
/// <param name="Join">With <paramref name="Each"/>: the words come once, with the distinct values of all files joined by this text.</param>
public sealed record ArgumentRule(ImmutableArray<string> Words, string? Each, string? Join);

/// <summary>A file that lists an input's files, a line each.</summary>
/// <param name="Name">Its name in the recipe's declaration: <c>{list.NAME}</c> in an argument is its file name.</param>
/// <param name="FileName">Template of its name, relative to the work directory.</param>
/// <param name="Input">The input.</param>
/// <param name="Columns">Templates of a line's values: <c>{path}</c>, a metadata key.</param>
/// <param name="Separator">Between two columns.</param>
public sealed record ListRule(string Name, string FileName, string Input, ImmutableArray<string> Columns, string Separator);

/// <summary>How one input of a step comes to its tasks.</summary>
/// <param name="Name">Its name in the recipe's declaration and in <c>task.json</c>.</param>
/// <param name="UpstreamTypes">Types of outputs of the tasks before that arrive at it; empty when all of it comes from the catalog.</param>
/// <param name="Folder">Template of a folder in the work directory into which its files are put; null leaves them where they are.</param>
/// <param name="Rename">Template of the name that a file gets there; null keeps its own.</param>
/// <param name="Unpack">Whether a file is an archive (tar, optionally compressed) that is unpacked there.</param>
public sealed record InputRule(string Name, ImmutableArray<string> UpstreamTypes, string? Folder, string? Rename, bool Unpack)
{
    /// <summary>
    /// Indexes of the steps whose outputs arrive: a task may wait for tasks of several steps that make files of the same type. Empty for all that it waits for.
    /// </summary>
    [JsonRequired]
    public ImmutableArray<int> UpstreamSteps { get; init; } = [];

    /// <summary>Files stay where they are; outputs of these types arrive.</summary>
    public static InputRule InPlace(string name, ImmutableArray<string> upstreamTypes) => new(name, upstreamTypes, null, null, false);
}

/// <summary>An output that a recipe declares.</summary>
/// <param name="Name">Its name in the recipe's declaration.</param>
/// <param name="Type">The catalog type.</param>
/// <param name="Pattern">
/// Names in the work directory that are this output when <c>results.json</c> does not list them. <c>{name}</c> stands for a key, <c>{job}</c>,
/// <c>{task}</c>, <c>{attempt}</c> …: a name that such a pattern gives never clashes.
/// </param>
/// <param name="Main">Whether it is one of the job's main objects.</param>
public sealed record OutputRule(string Name, string Type, string Pattern, bool Main)
{
    /// <summary>Template of the folder in the store, inside the attempt's; null for the one that it has in the work directory.</summary>
    [JsonRequired]
    public string? Folder { get; init; }
}

/// <summary>One task of a recipe: its keys, its inputs, and the tasks whose outputs it also reads.</summary>
/// <param name="Keys">Values of the <c>divide-by</c> keys.</param>
/// <param name="Inputs">Input name → indexes into <see cref="JobPlan.Files"/>.</param>
/// <param name="Upstream">Tasks of steps before; it runs when all of them ended normally.</param>
public sealed record TaskGroup(
    ImmutableSortedDictionary<string, string> Keys,
    ImmutableSortedDictionary<string, ImmutableArray<int>> Inputs,
    ImmutableArray<int> Upstream);
