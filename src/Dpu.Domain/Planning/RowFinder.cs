using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Finds the rows over which a step is divided: all that it reads through its first input, itself or through the steps before.</summary>
internal sealed class RowFinder(PlanRequest request, RowTable table, PlanErrors errors)
{
    private const string NothingFits = "none";

    private readonly ListedFiles _listed = new(request, errors);

    /// <summary>The rows in ascending order; none after an error, which is collected.</summary>
    public ImmutableArray<int> RowsOf(int step, IReadOnlyList<StepGroups> before) => request.Sequence.Steps[step].DividedSource switch
    {
        null => RowsOfAll(request.Sequence.Steps[step].After.Select(index => before[index])),
        InputSource.OfCatalog => FromCatalog(step),
        InputSource.OfRows => FromQuery(step),
        InputSource.Steps from => FromSteps(step, from.Indexes, before),
        var source => throw new InvalidOperationException($"An input knows no source {source.GetType().Name}."),
    };

    /// <summary>A step that reads nothing stands for all that those before it read.</summary>
    private static ImmutableArray<int> RowsOfAll(IEnumerable<StepGroups> steps)
    {
        var rows = steps.SelectMany(step => step.Groups).SelectMany(group => group.Rows).Distinct().Order().ToImmutableArray();
        return rows.IsEmpty ? [RowTable.Nothing] : rows;
    }

    private ImmutableArray<int> FromCatalog(int index)
    {
        var (step, input) = DividedOf(index);
        var candidates = request.CandidatesOf(index, input);
        if (!candidates.Files.IsEmpty)
        {
            return WithKeys(step, table.Of(Chosen(index, input, candidates.Files)));
        }

        if (input.Optional && step.Recipe.DivideBy.IsEmpty)
        {
            return [RowTable.Nothing];
        }

        errors.Add(NothingFits, EmptySelection.Explain(step, candidates, request.Catalog));
        return [];
    }

    /// <summary>Who names files one by one means those; who selects them means the newest of each.</summary>
    private ImmutableArray<CatalogFile> Chosen(int step, RecipeInput input, ImmutableArray<CatalogFile> files) =>
        _listed.NamesAnyOf(step, input) ? _listed.Among(step, input, files) : FileOrder.Newest(files, input.NewestPer);

    private ImmutableArray<int> FromQuery(int index)
    {
        var (step, input) = DividedOf(index);
        var selection = InputSelection.For(step.Recipe, input, request.Options.Steps[index]);
        var ofType = table.Queried.Where(row => selection.Types.Contains(table[row]!.File.Type, StringComparer.Ordinal)).ToImmutableArray();
        var rows = ofType.Where(row => table[row]!.Fits(selection)).ToImmutableArray();
        if (!rows.IsEmpty)
        {
            var named = _listed.Among(index, input, [.. rows.Select(row => table[row]!.File)]).Select(file => file.Id).ToHashSet(StringComparer.Ordinal);
            return WithKeys(step, [.. rows.Where(row => named.Contains(table[row]!.File.Id))]);
        }

        if (input.Optional && step.Recipe.DivideBy.IsEmpty)
        {
            return [RowTable.Nothing];
        }

        errors.Add(NothingFits, EmptySelection.OfRows(step, input, selection, [.. ofType.Select(row => table[row]!)]));
        return [];
    }

    private ImmutableArray<int> WithKeys(SequenceStep step, ImmutableArray<int> rows)
    {
        var lacking = rows.SelectMany(row => step.Recipe.DivideBy.Where(key => table[row]!.TextOf(key) is null).Select(key => (row, key))).ToImmutableArray();
        foreach (var (row, key) in lacking)
        {
            var what = table.MayRecur(row) ? $"A row of {table[row]!.File.Name}" : table[row]!.File.Name;
            errors.Add("divide " + key, SubmissionErrors.KeyMissing, $"{what} has no '{key}', by which {step.Name} is divided.");
        }

        return lacking.IsEmpty ? rows : [];
    }

    /// <summary>What the tasks of earlier steps read. Options of this step also select among what these will make.</summary>
    private ImmutableArray<int> FromSteps(int index, ImmutableArray<int> from, IReadOnlyList<StepGroups> before)
    {
        var (step, input) = DividedOf(index);
        _listed.RefuseFor(index, input);
        var conditions = InputSelection.Conditions(step.Recipe, input, request.Options.Steps[index]).ToImmutableArray();
        var selected = from
            .SelectMany(source => before[source].Groups.Select(group => (Source: source, Group: group, Rows: Select(step, conditions, source, group))))
            .Where(part => !part.Rows.IsEmpty)
            .ToImmutableArray();
        if (selected.IsEmpty && !errors.Any)
        {
            var makers = Wording.And([.. from.Select(source => request.Sequence.Steps[source].Name)]);
            var asked = Wording.Keys(conditions.Select(condition => KeyValuePair.Create(condition.Key, condition.Pattern)));
            errors.Add(NothingFits, SubmissionErrors.NoInputs, $"Nothing that {makers} will make has {asked}, which {step.Name} selects.");
        }

        return [.. selected.Where(part => Divides(step, part.Source, part.Group, part.Rows)).SelectMany(part => part.Rows).Distinct().Order()];
    }

    private ImmutableArray<int> Select(SequenceStep step, ImmutableArray<FileCondition> conditions, int source, PlannedGroup group)
    {
        if (ServesSeveral(step, source, group))
        {
            return [.. group.Rows.Where(row => conditions.All(condition => Fits(row, condition)))];
        }

        foreach (var condition in conditions)
        {
            var known = group.ValuesOf(condition.Key);
            var fits = known.Values.Count(value => Wildcard.Matches(condition.Pattern, value));
            if (fits == 0)
            {
                return [];
            }

            if (fits < known.Values.Length || known.SomeLack)
            {
                RefuseKey(condition.Key, source, group, $"{step.Name} selects {condition.Key} {condition.Pattern}");
            }
        }

        return group.Rows;
    }

    /// <summary>Whether it is known to which group, or groups, of the step a task before it belongs.</summary>
    private bool Divides(SequenceStep step, int source, PlannedGroup group, ImmutableArray<int> rows)
    {
        var unknown = step.Recipe.DivideBy
            .Where(key => ServesSeveral(step, source, group) ? rows.Any(row => table[row]!.TextOf(key) is null) : group.ValuesOf(key).Unique is null)
            .ToImmutableArray();
        foreach (var key in unknown)
        {
            RefuseKey(key, source, group, $"{step.Name} is divided by {key}");
        }

        return unknown.IsEmpty;
    }

    /// <summary>
    /// Whether a task's outputs may go to several groups of a step: a file of a query's rows may recur, and what is made for each file apart has that file's values.
    /// </summary>
    private bool ServesSeveral(SequenceStep step, int source, PlannedGroup group) =>
        group.MayServeSeveral || (step.Recipe.DividedInput is { } input && request.Sequence.Steps[source].Recipe.MakesOfEach(input.Types));

    private void RefuseKey(string key, int source, PlannedGroup group, string why)
    {
        var known = group.ValuesOf(key);
        var maker = request.Sequence.Steps[source].Name;
        var who = Wording.Task(maker, group);
        if (known.Values.Length > 1 && !group.MayServeSeveral)
        {
            errors.Add($"unique {why}", SubmissionErrors.KeyNotUnique, $"{why}, but {who} reads several: {Wording.And(known.Values)}. Select one of them, or divide {maker} by {key}.");
        }
        else
        {
            errors.Add($"missing {why}", SubmissionErrors.KeyMissing, $"{why}, but {(known.Values.IsEmpty ? "what" : "some of what")} {who} reads has no '{key}'.");
        }
    }

    private bool Fits(int row, FileCondition condition) => table[row]?.Fits(condition) ?? false;

    private (SequenceStep Step, RecipeInput Input) DividedOf(int index) =>
        (request.Sequence.Steps[index], request.Sequence.Steps[index].Recipe.DividedInput!);
}
