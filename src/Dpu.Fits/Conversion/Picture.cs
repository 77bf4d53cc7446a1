namespace Dpu.Fits.Conversion;

/// <summary>A picture of an image for people's eyes: averaged down to at most 1024 pixels a side, stretched by <see cref="ZScale"/>, without a value black.</summary>
internal static class Picture
{
    private const int SideMax = 1024;

    public static void Write(ProductSource source, Stream destination, CancellationToken cancellationToken)
    {
        var rows = source.Rows();
        if ((long)rows.Width * sizeof(float) > ConversionLimits.RowBytesMax)
        {
            throw new ConversionException(FormattableString.Invariant($"A row of {rows.Width} pixels is longer than is held here."));
        }

        var factor = (Math.Max(rows.Width, rows.Height) + SideMax - 1) / SideMax;
        var (width, height) = ((rows.Width + factor - 1) / factor, (rows.Height + factor - 1) / factor);
        var means = new float[width * height];
        var (row, sums, counts) = (new float[rows.Width], new double[width], new int[width]);
        for (var y = 0; y < height; y++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sums.AsSpan().Clear();
            counts.AsSpan().Clear();
            for (var n = 0; n < factor && rows.NextRow < rows.Height; n++)
            {
                rows.ReadRows(row);
                Add(row, factor, sums, counts);
            }

            for (var x = 0; x < width; x++)
            {
                means[(y * width) + x] = counts[x] > 0 ? (float)(sums[x] / counts[x]) : float.NaN;
            }
        }

        GreyPng.Write(destination, Grey(means, width, height), width, height);
    }

    private static void Add(ReadOnlySpan<float> row, int factor, double[] sums, int[] counts)
    {
        for (var x = 0; x < row.Length; x++)
        {
            if (float.IsFinite(row[x]))
            {
                sums[x / factor] += row[x];
                counts[x / factor]++;
            }
        }
    }

    /// <summary>The first row of an image is its lowest one, that of a picture its highest.</summary>
    private static byte[] Grey(float[] means, int width, int height)
    {
        var scale = ZScale.Of(means);
        var grey = new byte[means.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                grey[(y * width) + x] = scale.Grey(means[((height - 1 - y) * width) + x]);
            }
        }

        return grey;
    }
}
