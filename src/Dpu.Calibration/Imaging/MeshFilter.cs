namespace Dpu.Calibration.Imaging;

/// <summary>Repairs and smooths a mesh of cell values before it is interpolated.</summary>
internal static class MeshFilter
{
    /// <summary>Replaces each NaN by the mean of the nearest cells that have a value; at least one has.</summary>
    public static void FillGaps(double[] mesh, int columns, int rows)
    {
        var original = (double[])mesh.Clone();
        for (var i = 0; i < mesh.Length; i++)
        {
            if (double.IsNaN(mesh[i])) { mesh[i] = NearestMean(original, columns, rows, i % columns, i / columns); }
        }
    }

    /// <summary>
    /// Median over a square of <paramref name="size"/> cells. Beyond a border the mesh goes on as its mirror image through
    /// the border's cell, so that a slope stays a slope: a square cut off there would take the inner side's level.
    /// </summary>
    public static double[] Median(double[] mesh, int columns, int rows, int size)
    {
        if (size <= 1) { return mesh; }
        var reach = size / 2;
        var filtered = new double[mesh.Length];
        Span<float> window = new float[size * size];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var count = 0;
                for (var r = row - reach; r <= row + reach; r++)
                {
                    for (var c = column - reach; c <= column + reach; c++)
                    {
                        if (Mirrored(mesh, columns, rows, c, r) is { } value) { window[count++] = (float)value; }
                    }
                }

                filtered[(row * columns) + column] = RobustStatistics.Median(window[..count]);
            }
        }

        return filtered;
    }

    private static double? Mirrored(double[] mesh, int columns, int rows, int column, int row)
    {
        var (c, r) = (Math.Clamp(column, 0, columns - 1), Math.Clamp(row, 0, rows - 1));
        if (c == column && r == row) { return mesh[(r * columns) + c]; }
        var (mc, mr) = ((2 * c) - column, (2 * r) - row);
        return mc >= 0 && mc < columns && mr >= 0 && mr < rows ? (2 * mesh[(r * columns) + c]) - mesh[(mr * columns) + mc] : null;
    }

    private static double NearestMean(double[] mesh, int columns, int rows, int column, int row)
    {
        var (best, sum, count) = (int.MaxValue, 0.0, 0);
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                var value = mesh[(r * columns) + c];
                var distance = ((c - column) * (c - column)) + ((r - row) * (r - row));
                if (double.IsNaN(value) || distance > best) { continue; }
                if (distance < best) { (best, sum, count) = (distance, 0, 0); }
                sum += value;
                count++;
            }
        }

        return sum / count;
    }
}
