using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>
/// Every row that some step of a plan reads, once; groups refer to rows by index. Indexes follow the files' names as people count, so that what comes of them
/// does not depend on the order of anybody's answer.
/// </summary>
internal sealed class RowTable
{
    /// <summary>Stands for what a step reads that reads nothing: whoever comes after it comes after all of it.</summary>
    public const int Nothing = 0;

    private readonly List<InputRow?> _rows = [null];
    private readonly Dictionary<string, int> _ofFiles = new(StringComparer.Ordinal);
    private readonly int _queried;
    private readonly bool _mayRecur;

    /// <param name="queried">What the pipeline's query gave.</param>
    /// <param name="mayRecur">Whether it may give the same file in several rows; otherwise a file's row is the catalog's.</param>
    public RowTable(IEnumerable<InputRow> queried, bool mayRecur)
    {
        _mayRecur = mayRecur;
        _rows.AddRange(queried.OrderBy(row => row, RowOrder.Instance).Distinct(RowOrder.Instance));
        _queried = _rows.Count;
        foreach (var row in Queried.Where(_ => !mayRecur))
        {
            _ofFiles.Add(_rows[row]!.File.Id, row);
        }
    }

    public int Count => _rows.Count;

    /// <summary>Null for <see cref="Nothing"/>.</summary>
    public InputRow? this[int index] => _rows[index];

    /// <summary>What the query printed.</summary>
    public IEnumerable<int> Queried => Enumerable.Range(1, _queried - 1);

    /// <summary>Whether a row is one of several that its file may have, so that a task may serve several groups.</summary>
    public bool MayRecur(int row) => _mayRecur && row > Nothing && row < _queried;

    /// <summary>Rows of files of the catalog: one for each, whichever steps read it.</summary>
    public ImmutableArray<int> Of(IEnumerable<CatalogFile> files) => [.. FileOrder.Stable(files).Select(Of)];

    private int Of(CatalogFile file)
    {
        if (!_ofFiles.TryGetValue(file.Id, out var row))
        {
            row = _rows.Count;
            _rows.Add(InputRow.Of(file));
            _ofFiles.Add(file.Id, row);
        }

        return row;
    }
}
