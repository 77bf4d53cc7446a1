using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>What is known of a key in a group.</summary>
/// <param name="Values">The values it has, in natural order.</param>
/// <param name="SomeLack">Whether some row of the group does not have the key at all.</param>
internal sealed record KeyValues(ImmutableArray<string> Values, bool SomeLack)
{
    /// <summary>The value, when the whole group agrees on one.</summary>
    public string? Unique => Values.Length == 1 && !SomeLack ? Values[0] : null;
}

/// <summary>A task in the making: its keys and the rows that it reads through its divided input, itself or through the steps before.</summary>
/// <param name="task">Its number in the job.</param>
/// <param name="keys">Values of the <c>divide-by</c> keys.</param>
/// <param name="rows">Rows of <paramref name="table"/>, at least one.</param>
/// <param name="table">The plan's rows.</param>
internal sealed class PlannedGroup(int task, ImmutableSortedDictionary<string, string> keys, ImmutableArray<int> rows, RowTable table)
{
    private readonly Dictionary<string, KeyValues> _known = new(StringComparer.Ordinal);

    public int Task => task;

    public ImmutableSortedDictionary<string, string> Keys => keys;

    public ImmutableArray<int> Rows => rows;

    /// <summary>The files of its rows, each once.</summary>
    public IEnumerable<CatalogFile> Files =>
        rows.Select(row => table[row]?.File).OfType<CatalogFile>().DistinctBy(file => file.Id, StringComparer.Ordinal);

    /// <summary>
    /// Whether all that it reads came from a query: its rows may differ in a key that later steps are divided by, and then it serves several of
    /// their groups. A file of the catalog is one row, and cannot.
    /// </summary>
    public bool MayServeSeveral => rows.All(table.MayRecur);

    /// <summary>
    /// The values of a key: the group's own, else those of the rows it reads, through all steps before. Outputs that do not exist yet are
    /// taken to inherit them.
    /// </summary>
    public KeyValues ValuesOf(string key)
    {
        if (!_known.TryGetValue(key, out var values))
        {
            values = keys.TryGetValue(key, out var own) ? new KeyValues([own], SomeLack: false) : Derive(key);
            _known.Add(key, values);
        }

        return values;
    }

    private KeyValues Derive(string key)
    {
        var texts = rows.Where(row => row != RowTable.Nothing || rows.Length == 1).Select(row => table[row]?.TextOf(key)).ToImmutableArray();
        var values = texts.OfType<string>().Distinct(StringComparer.Ordinal).Order(NaturalOrder.Instance);
        return new KeyValues([.. values], texts.Contains(null));
    }
}
