using System.Collections.Immutable;

namespace Dpu.Domain.Planning;

/// <summary>The tasks of a step in the making, and which of them reads each row: a row's values decide, so there is one at most.</summary>
internal sealed class StepGroups
{
    private readonly int[] _owners;

    public StepGroups(ImmutableArray<PlannedGroup> groups, RowTable table)
    {
        Groups = groups;
        _owners = new int[table.Count];
        Array.Fill(_owners, -1);
        foreach (var group in groups)
        {
            foreach (var row in group.Rows)
            {
                _owners[row] = group.Task;
            }
        }
    }

    public ImmutableArray<PlannedGroup> Groups { get; }

    /// <summary>
    /// Tasks that share a row with a group, in ascending order. What reads nothing has no row to share: it is joined with everything.
    /// </summary>
    public IEnumerable<int> JoinedWith(PlannedGroup group) => group.Rows.Contains(RowTable.Nothing)
        ? Groups.Select(other => other.Task)
        : group.Rows.Append(RowTable.Nothing).Select(OwnerOf).Where(task => task >= 0).Distinct().Order();

    private int OwnerOf(int row) => row < _owners.Length ? _owners[row] : -1;
}
