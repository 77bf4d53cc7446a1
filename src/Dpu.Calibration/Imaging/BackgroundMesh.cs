namespace Dpu.Calibration.Imaging;

/// <summary>How the background of an image is estimated.</summary>
/// <param name="CellSize">Side of a mesh cell in pixels: several times the largest object of interest.</param>
/// <param name="FilterSize">Side of the median filter over cells, odd; 1 filters nothing.</param>
internal sealed record BackgroundOptions(int CellSize = 64, int FilterSize = 3);

/// <summary>
/// Background level and noise of one rectangle of an image: robust statistics per cell, cells without enough good pixels
/// filled from their neighbours, a median filter against cells that a bright object fills, and a bicubic spline between
/// the cells' centres.
/// </summary>
internal sealed class BackgroundMesh
{
    // Fewer good pixels than this part of a cell say too little about it.
    private const double GoodFractionMin = 0.3;

    private readonly MeshPlane _level;
    private readonly MeshPlane _rms;

    private BackgroundMesh(PixelArea area, MeshPlane level, MeshPlane rms)
    {
        Area = area;
        _level = level;
        _rms = rms;
        Level = level.Median();
        Rms = rms.Median();
    }

    public PixelArea Area { get; }

    /// <summary>Median of the cells' levels.</summary>
    public double Level { get; }

    /// <summary>Median of the cells' noise.</summary>
    public double Rms { get; }

    /// <summary>Null when no cell of the rectangle holds enough finite pixels.</summary>
    public static BackgroundMesh? Estimate(ReadOnlySpan<float> pixels, int width, PixelArea area, BackgroundOptions options)
    {
        var columns = Math.Max(1, (int)Math.Round((double)area.Width / options.CellSize));
        var rows = Math.Max(1, (int)Math.Round((double)area.Height / options.CellSize));
        var levels = new double[columns * rows];
        var noises = new double[columns * rows];
        var cell = new float[((area.Width / columns) + 1) * ((area.Height / rows) + 1)];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var part = Part(area, column, columns, row, rows);
                var good = Collect(pixels, width, part, cell);
                (levels[(row * columns) + column], noises[(row * columns) + column]) =
                    good >= GoodFractionMin * part.Width * part.Height && good > 0
                        ? MeshStatistics.Estimate(cell.AsSpan(0, good))
                        : (double.NaN, double.NaN);
            }
        }

        if (Array.TrueForAll(levels, double.IsNaN)) { return null; }
        MeshFilter.FillGaps(levels, columns, rows);
        MeshFilter.FillGaps(noises, columns, rows);
        levels = MeshFilter.Median(levels, columns, rows, options.FilterSize);
        noises = MeshFilter.Median(noises, columns, rows, options.FilterSize);
        return new BackgroundMesh(area, new MeshPlane(levels, columns, rows, area), new MeshPlane(noises, columns, rows, area));
    }

    /// <summary>Writes the level of image row <paramref name="y"/> to the part of <paramref name="row"/> that the rectangle covers.</summary>
    public void FillLevel(int y, Span<float> row) => _level.Fill(y, row.Slice(Area.X, Area.Width));

    /// <summary>As <see cref="FillLevel"/>, of the noise; never negative.</summary>
    public void FillRms(int y, Span<float> row)
    {
        var part = row.Slice(Area.X, Area.Width);
        _rms.Fill(y, part);

        // A spline may overshoot between a noisy and a quiet cell.
        for (var x = 0; x < part.Length; x++) { part[x] = Math.Max(part[x], 0); }
    }

    private static PixelArea Part(PixelArea area, int column, int columns, int row, int rows)
    {
        var (x0, x1) = ((int)((long)column * area.Width / columns), (int)((column + 1L) * area.Width / columns));
        var (y0, y1) = ((int)((long)row * area.Height / rows), (int)((row + 1L) * area.Height / rows));
        return new PixelArea(area.X + x0, area.Y + y0, x1 - x0, y1 - y0);
    }

    private static int Collect(ReadOnlySpan<float> pixels, int width, PixelArea part, float[] target)
    {
        var count = 0;
        for (var y = part.Y; y < part.EndY; y++)
        {
            count += RobustStatistics.CopyFinite(pixels.Slice((y * width) + part.X, part.Width), target.AsSpan(count));
        }

        return count;
    }
}
