using System.Collections.Immutable;

namespace Dpu.Domain.Planning;

/// <summary>
/// Divides the rows that a step reads into groups, one for each task: one for each distinct tuple of values of its keys. Tasks of two steps that are
/// connected are joined where they share a row: where the keys agree that is one edge a task; where keys are dropped it is a barrier over
/// exactly the tasks that fall together; where a row's file recurs for several groups one task serves them all.
/// </summary>
internal sealed class GroupMaker(PlanRequest request, RowTable table, PlanErrors errors)
{
    private readonly RowFinder _rows = new(request, table, errors);

    /// <summary>The groups in natural order of their keys; none after an error, which is collected.</summary>
    /// <param name="step">Index into the sequence.</param>
    /// <param name="before">The groups of the steps before it.</param>
    /// <param name="firstTask">Number of its first task.</param>
    public StepGroups Make(int step, IReadOnlyList<StepGroups> before, int firstTask)
    {
        var keys = request.Sequence.Steps[step].Recipe.DivideBy;
        var groups = _rows.RowsOf(step, before)
            .GroupBy(row => new KeyTuple([.. keys.Select(key => table[row]!.TextOf(key)!)]))
            .OrderBy(same => same.Key)
            .Select((same, index) => new PlannedGroup(firstTask + index, Keys(keys, same.Key.Values), [.. same], table));
        return new StepGroups([.. groups], table);
    }

    private static ImmutableSortedDictionary<string, string> Keys(ImmutableArray<string> names, ImmutableArray<string> values) =>
        names.Select((name, index) => KeyValuePair.Create(name, values[index])).ToImmutableSortedDictionary(StringComparer.Ordinal);
}
