using Dpu.Fits;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// A picture of an image for people's eyes: at most 1024 pixels a side by averaging blocks, stretched by asinh between
/// the sky and the bright end (Lupton et al. 2004, PASP 116, 133), first row of the image at the bottom, NaN black.
/// </summary>
internal static class QuickLook
{
    private const int SideMax = 1024;

    // NaN is the only thing shown as 0, so that holes differ from the darkest sky.
    private const int Darkest = 8;

    /// <summary>Writes the quick-look of an image.</summary>
    public static void Write(string pngPath, FitsImage image) => Write(pngPath, image.Pixels, image.Width, image.Height);

    /// <summary>Writes the quick-look of a row-major image of <paramref name="width"/> x <paramref name="height"/> pixels.</summary>
    public static void Write(string pngPath, float[] pixels, int width, int height)
    {
        var factor = (Math.Max(width, height) + SideMax - 1) / SideMax;
        var (small, w, h) = AverageBlocks(pixels, width, height, factor);
        var grey = new byte[small.Length];
        var scale = Stretch.Of(small);
        for (var y = 0; y < h; y++)
        {
            var source = small.AsSpan((h - 1 - y) * w, w);
            for (var x = 0; x < w; x++) { grey[(y * w) + x] = scale.Grey(source[x]); }
        }

        Png.WriteGrey(pngPath, grey, w, h);
    }

    private static (float[] Pixels, int Width, int Height) AverageBlocks(float[] pixels, int width, int height, int factor)
    {
        if (factor <= 1) { return (pixels, width, height); }
        var (w, h) = ((width + factor - 1) / factor, (height + factor - 1) / factor);
        var means = new float[w * h];
        var sums = new float[w];
        var counts = new int[w];
        for (var y = 0; y < h; y++)
        {
            sums.AsSpan().Clear();
            counts.AsSpan().Clear();
            for (var row = y * factor; row < Math.Min(height, (y + 1) * factor); row++)
            {
                AddRow(pixels.AsSpan(row * width, width), factor, sums, counts);
            }

            for (var x = 0; x < w; x++) { means[(y * w) + x] = counts[x] > 0 ? sums[x] / counts[x] : float.NaN; }
        }

        return (means, w, h);
    }

    private static void AddRow(ReadOnlySpan<float> row, int factor, float[] sums, int[] counts)
    {
        for (var x = 0; x < row.Length; x++)
        {
            if (!float.IsFinite(row[x])) { continue; }
            sums[x / factor] += row[x];
            counts[x / factor]++;
        }
    }

    private readonly record struct Stretch(double Low, double Softening, double Range)
    {
        public static Stretch Of(float[] pixels)
        {
            var finite = new float[pixels.Length];
            var values = finite.AsSpan(0, RobustStatistics.CopyFinite(pixels, finite));
            if (values.IsEmpty) { return new Stretch(0, 1, 1); }
            double bright = RobustStatistics.Select(values, (int)(0.998 * (values.Length - 1)));
            var sky = RobustStatistics.SigmaClip(values);

            // A constant image has no noise; any positive width shows it as one grey.
            var sigma = sky.Sigma > 0 ? sky.Sigma : Math.Max(1e-6, Math.Abs(sky.Median) * 1e-6);
            var low = sky.Median - (2.5 * sigma);
            var softening = 4 * sigma;
            return new Stretch(low, softening, Math.Asinh((Math.Max(bright, sky.Median + (5 * sigma)) - low) / softening));
        }

        public byte Grey(float value)
        {
            if (float.IsNaN(value)) { return 0; }
            var fraction = Math.Asinh(Math.Max(0, value - Low) / Softening) / Range;
            return (byte)(Darkest + Math.Round((255 - Darkest) * Math.Min(1, fraction)));
        }
    }
}
