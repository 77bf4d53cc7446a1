namespace Dpu.Calibration.Calibration;

/// <summary>
/// Smooths an image by a bell: three passes of a running mean, which come close to a Gaussian and cost the same for any width. Pixels
/// without a value, and those beyond the edge, have no weight.
/// </summary>
internal static class BoxSmoother
{
    /// <param name="pixels">Row-major; NaN for no value.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="sigma">Standard deviation of the bell, pixels.</param>
    /// <returns>NaN only where no pixel with a value is near.</returns>
    public static float[] Smooth(float[] pixels, int width, int height, double sigma)
    {
        // The variance of a box of 2r + 1 pixels is r(r + 1)/3; three of them make r(r + 1).
        var radius = Math.Max(1, (int)Math.Round((Math.Sqrt(1 + (4 * sigma * sigma)) - 1) / 2));
        var (values, weights) = (new float[pixels.Length], new float[pixels.Length]);
        for (var i = 0; i < pixels.Length; i++)
        {
            (values[i], weights[i]) = float.IsFinite(pixels[i]) ? (pixels[i], 1) : (0, 0);
        }
        for (var pass = 0; pass < 3; pass++)
        {
            Blur(values, width, height, radius);
            Blur(weights, width, height, radius);
        }
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = weights[i] > 1e-6f ? values[i] / weights[i] : float.NaN;
        }
        return values;
    }

    private static void Blur(float[] plane, int width, int height, int radius)
    {
        var line = new float[Math.Max(width, height)];
        for (var y = 0; y < height; y++)
        {
            RunningSum(plane, y * width, 1, width, radius, line);
        }
        for (var x = 0; x < width; x++)
        {
            RunningSum(plane, x, width, height, radius, line);
        }
    }

    private static void RunningSum(float[] plane, int start, int stride, int count, int radius, float[] line)
    {
        for (var i = 0; i < count; i++)
        {
            line[i] = plane[start + (i * stride)];
        }
        var sum = 0.0;
        for (var i = 0; i < Math.Min(radius, count); i++)
        {
            sum += line[i];
        }
        var norm = 1.0 / ((2 * radius) + 1);
        for (var i = 0; i < count; i++)
        {
            sum += i + radius < count ? line[i + radius] : 0;
            sum -= i - radius - 1 >= 0 ? line[i - radius - 1] : 0;
            plane[start + (i * stride)] = (float)(sum * norm);
        }
    }
}
