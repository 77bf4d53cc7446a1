namespace Dpu.Calibration.Imaging;

/// <summary>What interpolation needs to know about pixels without a value.</summary>
internal static class BadPixels
{
    /// <summary>Marks every pixel within <paramref name="reach"/> of a bad one, along both axes.</summary>
    public static bool[] Dilate(bool[] bad, int width, int height, int reach)
    {
        var near = new bool[bad.Length];
        for (var i = 0; i < bad.Length; i++)
        {
            if (!bad[i]) { continue; }
            var (x, y) = (i % width, i / width);
            var (left, right) = (Math.Max(0, x - reach), Math.Min(width - 1, x + reach));
            for (var row = Math.Max(0, y - reach); row <= Math.Min(height - 1, y + reach); row++)
            {
                near.AsSpan((row * width) + left, right - left + 1).Fill(true);
            }
        }

        return near;
    }

    /// <summary>Gives each bad pixel the mean of its good neighbours: of the eight around it, else of ever larger squares; 0 beyond 7 x 7.</summary>
    public static void Bridge(Span<float> pixels, bool[] bad, int width, int height)
    {
        for (var i = 0; i < bad.Length; i++)
        {
            if (bad[i]) { pixels[i] = NeighbourMean(pixels, bad, width, height, i % width, i / width); }
        }
    }

    private static float NeighbourMean(ReadOnlySpan<float> pixels, bool[] bad, int width, int height, int x, int y)
    {
        for (var reach = 1; reach <= 3; reach++)
        {
            var (sum, count) = (0.0, 0);
            for (var row = Math.Max(0, y - reach); row <= Math.Min(height - 1, y + reach); row++)
            {
                for (var column = Math.Max(0, x - reach); column <= Math.Min(width - 1, x + reach); column++)
                {
                    // Bridged pixels are not good ones: the order of filling must not matter.
                    var at = (row * width) + column;
                    if (bad[at]) { continue; }
                    sum += pixels[at];
                    count++;
                }
            }

            if (count > 0) { return (float)(sum / count); }
        }

        return 0;
    }
}
