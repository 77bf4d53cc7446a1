using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>A step of a plan in the making: of one step of the sequence, or of several that share their tasks.</summary>
/// <param name="index">Its index in the plan.</param>
/// <param name="groups">Its tasks' groups.</param>
/// <param name="first">Number of its first task.</param>
internal sealed class StepDraft(int index, StepGroups groups, int first)
{
    private readonly List<SequenceStep> _steps = [];
    private readonly List<StepCommand> _commands = [];
    private readonly List<InputRule> _inputs = [];
    private readonly TaskGroup[] _tasks =
        [.. groups.Groups.Select(group => new TaskGroup(group.Keys, ImmutableSortedDictionary.Create<string, ImmutableArray<int>>(StringComparer.Ordinal), []))];

    public int Index => index;

    public StepGroups Groups => groups;

    public int First => first;

    public int Count => _tasks.Length;

    public string Name => string.Join('+', _steps.Select(step => step.Name));

    /// <summary>How long one task is expected to run.</summary>
    public TimeSpan ExpectedTime => _steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Recipe.ExpectedTime);

    public Resources Resources => new(_steps.Max(step => step.Recipe.Resources.Cpus), _steps.Max(step => step.Recipe.Resources.MemoryBytes));

    public bool Holds(SequenceStep step) => _steps.Contains(step);

    public void Add(SequenceStep step, StepCommand command, IEnumerable<InputRule> inputs)
    {
        _steps.Add(step);
        _commands.Add(command);
        _inputs.AddRange(inputs);
    }

    /// <summary>Gives a task what one step of the sequence reads.</summary>
    public void Give(int task, IEnumerable<KeyValuePair<string, ImmutableArray<int>>> inputs, IEnumerable<int> upstream)
    {
        var group = _tasks[task];
        _tasks[task] = group with { Inputs = group.Inputs.SetItems(inputs), Upstream = [.. group.Upstream.Concat(upstream).Distinct().Order()] };
    }

    /// <summary>Steps that share their tasks run as the first of them says, for as long as all of them need.</summary>
    public StepPlan ToPlan(long? memoryBytes)
    {
        var recipe = _steps[0].Recipe;
        var work = new StepWork.Groups([.. _commands], [.. _inputs], [.. _steps.SelectMany(step => step.Recipe.Outputs)], [.. _tasks]);
        var resources = memoryBytes is { } bytes ? Resources with { MemoryBytes = bytes } : Resources;
        return new StepPlan(Name, recipe.Name, first, Count, resources, WallTime(), work)
        {
            Rules = recipe.Rules with { ExpectedSeconds = ExpectedTime.TotalSeconds, Patterns = [.. _steps.SelectMany(step => step.Recipe.Rules.Patterns).DistinctBy(pattern => pattern.Name)] },
        };
    }

    private TimeSpan? WallTime() => _steps.Aggregate((TimeSpan?)TimeSpan.Zero, (sum, step) => sum + step.Recipe.WallTime);
}
