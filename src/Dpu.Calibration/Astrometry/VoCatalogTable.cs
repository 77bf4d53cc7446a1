namespace Dpu.Calibration.Astrometry;

/// <summary>A table of a VOTable, read already: its cells as numbers.</summary>
/// <param name="columns">Its fields.</param>
/// <param name="rows">Of each row a number for each field, NaN where there is none.</param>
/// <param name="epoch">From its COOSYS, in years.</param>
internal sealed class VoCatalogTable(IReadOnlyList<CatalogColumn> columns, IReadOnlyList<double[]> rows, double? epoch) : CatalogTable
{
    public override IReadOnlyList<CatalogColumn> Columns { get; } = columns;

    public override double? Epoch { get; } = epoch;

    public override double[][] Read(IReadOnlyList<int> columns) => [.. columns.Select(at => rows.Select(row => row[at]).ToArray())];
}
