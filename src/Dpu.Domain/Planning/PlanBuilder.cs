using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Builds a plan step by step.</summary>
internal sealed class PlanBuilder(PlanRequest request)
{
    private readonly FileTable _files = new();
    private readonly PlanErrors _errors = new();
    private readonly ImmutableArray<StepPlan>.Builder _steps = ImmutableArray.CreateBuilder<StepPlan>();
    private readonly ImmutableArray<double>.Builder _seconds = ImmutableArray.CreateBuilder<double>();
    private int _taskCount;

    public Checked<PlannedJob> Build()
    {
        CheckChain();
        var groups = _errors.Any ? [] : FirstGroups();
        for (var step = 0; step < request.Sequence.Steps.Length && !groups.IsEmpty; step++)
        {
            groups = step == 0 ? groups : NextGroups(step, groups);
            AddStep(step, groups);
        }

        return _errors.Any
            ? new Checked<PlannedJob>.Refused(_errors.ToImmutable())
            : new Checked<PlannedJob>.Accepted(new PlannedJob(new JobPlan(_files.Files, _steps.ToImmutable()), _seconds.ToImmutable()));
    }

    private Recipe RecipeOf(int step) => request.Sequence.Steps[step].Recipe;

    /// <summary>Each recipe must make something that the next one reads; a recipe without inputs just runs after the one before.</summary>
    private void CheckChain()
    {
        for (var step = 1; step < request.Sequence.Steps.Length; step++)
        {
            var (before, recipe) = (RecipeOf(step - 1), RecipeOf(step));
            if (recipe.DividedInput is { } input && !input.Types.Any(before.Makes))
            {
                var made = Wording.And([.. before.Outputs.Select(output => output.Type).Distinct(StringComparer.Ordinal)]);
                _errors.Add("chain", SubmissionErrors.CannotChain, $"{recipe.Name} cannot follow {before.Name}: it reads {Wording.Or(input.Types)}, but {before.Name} makes {made}.");
            }
        }
    }

    private ImmutableArray<PlannedGroup> FirstGroups()
    {
        var recipe = RecipeOf(0);
        if (recipe.DividedInput is not { } input)
        {
            return [new PlannedGroup(0, Keys([], []), [], [])];
        }

        var candidates = CandidatesOf(0, input);
        if (candidates.Files.IsEmpty && !(input.Optional && recipe.DivideBy.IsEmpty))
        {
            _errors.Add("none", EmptySelection.Explain(recipe, candidates, request.Catalog));
            return [];
        }

        return Divide(recipe, candidates.Files);
    }

    private ImmutableArray<PlannedGroup> Divide(Recipe recipe, ImmutableArray<CatalogFile> candidates)
    {
        var files = FileOrder.Stable(candidates).ToImmutableArray();
        foreach (var (file, key) in files.SelectMany(file => recipe.DivideBy.Where(key => !file.Metadata.ContainsKey(key)).Select(key => (file, key))))
        {
            _errors.Add("divide " + key, SubmissionErrors.KeyMissing, $"{file.Name} has no '{key}', by which {recipe.Name} is divided.");
        }

        if (_errors.Any)
        {
            return [];
        }

        var groups = files.GroupBy(file => new KeyTuple([.. recipe.DivideBy.Select(key => file.Metadata[key].Text)])).OrderBy(group => group.Key).ToImmutableArray();
        return groups.IsEmpty
            ? [new PlannedGroup(0, Keys([], []), [], [])]
            : [.. groups.Select((group, task) => new PlannedGroup(task, Keys(recipe.DivideBy, group.Key.Values), [.. group], []))];
    }

    /// <summary>
    /// Groups of a later step: the tasks before it, projected on its keys. Where the keys agree that is one edge a task; where keys are dropped
    /// it is a barrier over exactly the tasks that fall together.
    /// </summary>
    private ImmutableArray<PlannedGroup> NextGroups(int step, ImmutableArray<PlannedGroup> before)
    {
        var recipe = RecipeOf(step);
        var selected = before.Where(group => IsSelected(step, group)).ToImmutableArray();
        if (selected.IsEmpty && !_errors.Any)
        {
            var asked = Wording.Keys(ConditionsOn(step).Select(condition => KeyValuePair.Create(condition.Key, condition.Pattern)));
            _errors.Add("none", SubmissionErrors.NoInputs, $"Nothing that {RecipeOf(step - 1).Name} will make has {asked}, which {recipe.Name} selects.");
        }

        var first = _taskCount;
        return
        [
            .. selected
                .Select(group => (Group: group, Tuple: Project(step, group)))
                .Where(pair => pair.Tuple is not null)
                .GroupBy(pair => pair.Tuple!.Value, pair => pair.Group)
                .OrderBy(same => same.Key)
                .Select((same, index) => new PlannedGroup(first + index, Keys(recipe.DivideBy, same.Key.Values), [], [.. same])),
        ];
    }

    private KeyTuple? Project(int step, PlannedGroup group)
    {
        var recipe = RecipeOf(step);
        var values = recipe.DivideBy.Select(key => group.ValuesOf(key).Unique).ToImmutableArray();
        foreach (var key in recipe.DivideBy.Where((_, index) => values[index] is null))
        {
            RefuseKey(key, step - 1, group, $"{recipe.Name} is divided by {key}");
        }

        return values.Contains(null) ? null : new KeyTuple([.. values.Select(value => value!)]);
    }

    private void RefuseKey(string key, int step, PlannedGroup group, string why)
    {
        var known = group.ValuesOf(key);
        var who = Wording.Task(RecipeOf(step).Name, group);
        if (known.Values.Length > 1)
        {
            _errors.Add($"unique {why}", SubmissionErrors.KeyNotUnique, $"{why}, but {who} reads several: {Wording.And(known.Values)}. Select one of them, or divide {RecipeOf(step).Name} by {key}.");
        }
        else
        {
            _errors.Add($"missing {why}", SubmissionErrors.KeyMissing, $"{why}, but {(known.Values.IsEmpty ? "what" : "some of what")} {who} reads has no '{key}'.");
        }
    }

    /// <summary>Options of a later step also select among what the step before will make.</summary>
    private bool IsSelected(int step, PlannedGroup group)
    {
        foreach (var condition in ConditionsOn(step))
        {
            var known = group.ValuesOf(condition.Key);
            var fits = known.Values.Count(value => Wildcard.Matches(condition.Pattern, value));
            if (fits == 0)
            {
                return false;
            }

            if (fits < known.Values.Length || known.SomeLack)
            {
                RefuseKey(condition.Key, step - 1, group, $"{RecipeOf(step).Name} selects {condition.Key} {condition.Pattern}");
            }
        }

        return true;
    }

    private IEnumerable<FileCondition> ConditionsOn(int step) => RecipeOf(step).DividedInput is { } input
        ? InputSelection.Conditions(RecipeOf(step), input, request.Options.Steps[step])
        : [];

    private void AddStep(int index, ImmutableArray<PlannedGroup> groups)
    {
        var (step, options) = (request.Sequence.Steps[index], request.Options.Steps[index]);
        var recipe = step.Recipe;
        var matchers = recipe.MatchedInputs.Select(input => new InputMatcher(recipe, input, CandidatesOf(index, input), request.Catalog, _errors)).ToImmutableArray();
        var work = new StepWork.Groups(
            options.Parameters,
            recipe.DividedInput?.Name ?? "",
            index == 0 || recipe.DividedInput is null ? [] : recipe.DividedInput.Types,
            recipe.Outputs,
            [.. groups.Select(group => Task(recipe, group, matchers))]);
        var resources = request.MemoryBytes is { } bytes ? recipe.Resources with { MemoryBytes = bytes } : recipe.Resources;
        _steps.Add(new StepPlan(step.Name, recipe.Name, _taskCount, groups.Length, recipe.Command.AddRange(options.Arguments), resources, recipe.WallTime, work));
        _seconds.Add(recipe.ExpectedTime.TotalSeconds * Rounds(groups.Length, resources.Cpus));
        _taskCount += groups.Length;
    }

    private int Rounds(int tasks, int cpusEach)
    {
        var atOnce = Math.Max(1, request.Cpus / Math.Max(1, cpusEach));
        return (tasks + atOnce - 1) / atOnce;
    }

    private TaskGroup Task(Recipe recipe, PlannedGroup group, ImmutableArray<InputMatcher> matchers)
    {
        var inputs = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<int>>(StringComparer.Ordinal);
        if (recipe.DividedInput is { } divided)
        {
            inputs[divided.Name] = _files.IndexesOf(group.Files);
        }

        foreach (var matcher in matchers)
        {
            inputs[matcher.Input.Name] = _files.IndexesOf(matcher.FilesFor(group));
        }

        return new TaskGroup(group.Keys, inputs.ToImmutable(), [.. group.Upstream.Select(upstream => upstream.Task)]);
    }

    private InputCandidates CandidatesOf(int step, RecipeInput input) =>
        request.Candidates.FirstOrDefault(answer => answer.Query.Step == step && answer.Query.Input == input.Name)
        ?? throw new InvalidOperationException($"The catalog was not asked for '{input.Name}' of step {step}.");

    private static ImmutableSortedDictionary<string, string> Keys(ImmutableArray<string> names, ImmutableArray<string> values) =>
        names.Select((name, index) => KeyValuePair.Create(name, values[index])).ToImmutableSortedDictionary(StringComparer.Ordinal);
}
