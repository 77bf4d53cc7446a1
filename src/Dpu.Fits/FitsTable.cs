namespace Dpu.Fits;

/// <summary>A binary table: a header and columns of equal length.</summary>
public sealed class FitsTable
{
    public FitsTable(IReadOnlyList<FitsColumn> columns, FitsHeader? header = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var odd = columns.FirstOrDefault(c => c.Repeat > 0 && c.RowCount != columns[0].RowCount);
        if (odd is not null && columns[0].Repeat > 0)
        {
            throw new ArgumentException($"Column {odd.Name} has {odd.RowCount} rows, {columns[0].Name} has {columns[0].RowCount}.", nameof(columns));
        }
        Columns = columns;
        Header = header ?? new FitsHeader();
        RowCount = columns.Select(c => c.RowCount).DefaultIfEmpty(0).Max();
    }

    public FitsHeader Header { get; }

    public IReadOnlyList<FitsColumn> Columns { get; }

    public int RowCount { get; }

    /// <summary>The column of that name, whatever its case (section 7.3.1).</summary>
    /// <exception cref="FitsException">There is none.</exception>
    public FitsColumn this[string name] =>
        Columns.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new FitsException($"The table has no column {name}; it has {string.Join(", ", Columns.Select(c => c.Name))}.");
}
