using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Divides the files of the first step, and the tasks before each later one, into groups: one for each task.</summary>
internal sealed class GroupMaker(PlanRequest request, PlanErrors errors)
{
    /// <summary>Groups of the first step: its files by the values of its keys. None after an error, which is collected.</summary>
    public ImmutableArray<PlannedGroup> First()
    {
        var recipe = RecipeOf(0);
        if (recipe.DividedInput is not { } input)
        {
            return [new PlannedGroup(0, Keys([], []), [], [])];
        }

        var candidates = request.CandidatesOf(0, input);
        if (candidates.Files.IsEmpty && !(input.Optional && recipe.DivideBy.IsEmpty))
        {
            errors.Add("none", EmptySelection.Explain(recipe, candidates, request.Catalog));
            return [];
        }

        return Divide(recipe, candidates.Files);
    }

    private ImmutableArray<PlannedGroup> Divide(Recipe recipe, ImmutableArray<CatalogFile> candidates)
    {
        var files = FileOrder.Stable(candidates).ToImmutableArray();
        foreach (var (file, key) in files.SelectMany(file => recipe.DivideBy.Where(key => !file.Metadata.ContainsKey(key)).Select(key => (file, key))))
        {
            errors.Add("divide " + key, SubmissionErrors.KeyMissing, $"{file.Name} has no '{key}', by which {recipe.Name} is divided.");
        }

        if (errors.Any)
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
    public ImmutableArray<PlannedGroup> Next(int step, ImmutableArray<PlannedGroup> before, int firstTask)
    {
        var recipe = RecipeOf(step);
        var selected = before.Where(group => IsSelected(step, group)).ToImmutableArray();
        if (selected.IsEmpty && !errors.Any)
        {
            var asked = Wording.Keys(ConditionsOn(step).Select(condition => KeyValuePair.Create(condition.Key, condition.Pattern)));
            errors.Add("none", SubmissionErrors.NoInputs, $"Nothing that {RecipeOf(step - 1).Name} will make has {asked}, which {recipe.Name} selects.");
        }

        return
        [
            .. selected
                .Select(group => (Group: group, Tuple: Project(step, group)))
                .Where(pair => pair.Tuple is not null)
                .GroupBy(pair => pair.Tuple!.Value, pair => pair.Group)
                .OrderBy(same => same.Key)
                .Select((same, index) => new PlannedGroup(firstTask + index, Keys(recipe.DivideBy, same.Key.Values), [], [.. same])),
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
            errors.Add($"unique {why}", SubmissionErrors.KeyNotUnique, $"{why}, but {who} reads several: {Wording.And(known.Values)}. Select one of them, or divide {RecipeOf(step).Name} by {key}.");
        }
        else
        {
            errors.Add($"missing {why}", SubmissionErrors.KeyMissing, $"{why}, but {(known.Values.IsEmpty ? "what" : "some of what")} {who} reads has no '{key}'.");
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

    private Recipe RecipeOf(int step) => request.Sequence.Steps[step].Recipe;

    private static ImmutableSortedDictionary<string, string> Keys(ImmutableArray<string> names, ImmutableArray<string> values) =>
        names.Select((name, index) => KeyValuePair.Create(name, values[index])).ToImmutableSortedDictionary(StringComparer.Ordinal);
}
