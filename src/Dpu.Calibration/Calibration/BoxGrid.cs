using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Calibration;

/// <summary>A frame cut evenly into boxes.</summary>
internal sealed class BoxGrid(int width, int height, int box)
{
    private const double Clip = 5;

    public int Columns { get; } = Math.Max(1, (width + (box / 2)) / box);

    public int Rows { get; } = Math.Max(1, (height + (box / 2)) / box);

    /// <summary>Clipped mean of each box and how many pixels it rests on (0: none). The frame is read to its end, a row of boxes at a time.</summary>
    public (double[] Means, int[] Counts) Read(CorrectedFrame frame)
    {
        var (means, counts) = (new double[Columns * Rows], new int[Columns * Rows]);
        var strip = new float[width * ((height / Rows) + 1)];
        var values = new float[((width / Columns) + 1) * ((height / Rows) + 1)];
        for (var row = 0; row < Rows; row++)
        {
            var lines = Edge(height, row + 1, Rows) - Edge(height, row, Rows);
            frame.ReadRows(strip.AsSpan(0, lines * width));
            for (var column = 0; column < Columns; column++)
            {
                var (x0, x1) = (Edge(width, column, Columns), Edge(width, column + 1, Columns));
                var count = 0;
                for (var y = 0; y < lines; y++)
                {
                    count += RobustStatistics.CopyFinite(strip.AsSpan((y * width) + x0, x1 - x0), values.AsSpan(count));
                }
                var kept = RobustStatistics.SigmaClip(values.AsSpan(0, count), Clip);
                (means[(row * Columns) + column], counts[(row * Columns) + column]) = (kept.Mean, kept.Count);
            }
        }
        return (means, counts);
    }

    private static int Edge(int length, int index, int count) => (int)((long)length * index / count);
}
