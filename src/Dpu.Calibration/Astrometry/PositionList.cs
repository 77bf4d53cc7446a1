using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>What is needed of a source list to find its sources in others.</summary>
/// <param name="Input">The list.</param>
/// <param name="Positions">Degrees, NaN where they are not known.</param>
/// <param name="Numbers">What the list calls its sources; their place in it, from 1, where it does not say.</param>
/// <param name="Magnitudes">NaN where there are none.</param>
internal sealed record PositionList(TaskInput Input, IReadOnlyList<(double Ra, double Dec)> Positions, IReadOnlyList<long> Numbers, IReadOnlyList<double> Magnitudes)
{
    public static PositionList Read(TaskInput input)
    {
        var table = FitsReader.ReadTable(input.Path);
        var rows = Enumerable.Range(0, table.RowCount).ToArray();
        var (ra, dec) = (Needed(input, table, "RA"), Needed(input, table, "DEC"));
        var (number, magnitude) = (Column(table, "NUMBER"), Column(table, "MAG"));
        return new PositionList(
            input,
            [.. rows.Select(row => (ra.GetDouble(row), dec.GetDouble(row)))],
            [.. rows.Select(row => number?.GetInt64(row) ?? row + 1)],
            [.. rows.Select(row => magnitude?.GetDouble(row) ?? double.NaN)]);
    }

    private static FitsColumn Needed(TaskInput input, FitsTable table, string name) =>
        Column(table, name) ?? throw RecipeException.BadFile($"{input.FileName} has no column {name} in degrees, by which its sources could be found in other lists; it has {string.Join(", ", table.Columns.Select(column => column.Name))}.");

    private static FitsColumn? Column(FitsTable table, string name) => table.Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
