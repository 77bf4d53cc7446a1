using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>A binary table of a FITS file.</summary>
internal sealed class FitsCatalogTable(FitsTable table) : CatalogTable
{
    public override IReadOnlyList<CatalogColumn> Columns { get; } =
        [.. table.Columns.Select((column, i) => new CatalogColumn(column.Name, column.Unit.Trim(), table.Header.GetString($"TUCD{i + 1}", "").Trim(), IsNumber(column)))];

    public override double? Epoch => table.Header.TryGet("EPOCH", out var epoch) && epoch.TryGetDouble(out var year) ? year : null;

    public override double[][] Read(IReadOnlyList<int> columns) =>
        [.. columns.Select(at => Enumerable.Range(0, table.RowCount).Select(table.Columns[at].GetDouble).ToArray())];

    private static bool IsNumber(FitsColumn column) =>
        column is { Type: FitsColumnType.Int32 or FitsColumnType.Int64 or FitsColumnType.Single or FitsColumnType.Double, Repeat: 1 };
}
