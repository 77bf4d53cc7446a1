using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>
/// Finds the files of an input that comes from the query beside the divided one: those of rows that contradict no key of the group. A row that has none of
/// the keys, such as a reference catalog's, goes to every group.
/// </summary>
internal sealed class RowJoiner(SequenceStep step, RecipeInput input, ImmutableArray<InputRow> rows, PlanErrors errors) : IInputFinder
{
    /// <summary>Rows by which of the keys they have, so that a group looks each kind up instead of walking through all.</summary>
    private readonly ImmutableArray<(ImmutableArray<string> Keys, ILookup<KeyTuple, CatalogFile> Files)> _kinds =
    [
        .. rows
            .GroupBy(row => new KeyTuple([.. step.Recipe.DivideBy.Where(row.Values.ContainsKey)]))
            .Select(kind => (kind.Key.Values, kind.ToLookup(row => new KeyTuple([.. kind.Key.Values.Select(key => row.TextOf(key)!)]), row => row.File))),
    ];

    public RecipeInput Input => input;

    public ImmutableArray<CatalogFile> FilesFor(PlannedGroup group)
    {
        var found = FileOrder.Stable(_kinds.SelectMany(kind => kind.Files[new KeyTuple([.. kind.Keys.Select(key => group.Keys[key])])])).ToImmutableArray();
        if (found.IsEmpty && !input.Optional)
        {
            errors.Add(
                $"{step.Name}.{input.Name} missing",
                SubmissionErrors.InputMissing,
                $"{Wording.Task(step.Name, group)} needs {Wording.Or(input.Types)} (input '{input.Name}'), but the query has no row of that for it.");
        }

        return input.Pick == InputPick.Latest && !found.IsEmpty ? [FileOrder.Latest(found)] : found;
    }
}
