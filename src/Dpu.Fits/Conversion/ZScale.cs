namespace Dpu.Fits.Conversion;

/// <summary>
/// The grey scale of IRAF's <c>display</c> (zscale): a straight line is fitted to the sorted values of a sample, outliers rejected, and the scale runs around the median as
/// far as the line does, at a contrast of 0.25, but not beyond the sample's own ends.
/// </summary>
/// <param name="Low">What is black.</param>
/// <param name="High">What is white; above <paramref name="Low"/>.</param>
internal readonly record struct ZScale(double Low, double High)
{
    private const int SampleSize = 1000;
    private const double Contrast = 0.25;
    private const double RejectSigmas = 2.5;
    private const int RoundsMax = 5;

    public static ZScale Of(ReadOnlySpan<float> values)
    {
        var sample = Sample(values);
        if (sample.Length == 0)
        {
            return new ZScale(0, 1);
        }

        var (first, last, median) = (sample[0], sample[^1], sample[sample.Length / 2]);
        var slope = Slope(sample) / Contrast;
        var middle = sample.Length / 2;
        var low = slope > 0 ? Math.Max(first, median - (slope * middle)) : first;
        var high = slope > 0 ? Math.Min(last, median + (slope * (sample.Length - 1 - middle))) : last;
        return high > low ? new ZScale(low, high) : new ZScale(low - 1, low + 1);
    }

    /// <summary>0 for what has no value, 1 to 255 for what has one.</summary>
    public byte Grey(float value) => float.IsNaN(value)
        ? (byte)0
        : (byte)(1 + Math.Round(254 * Math.Clamp((value - Low) / (High - Low), 0, 1)));

    private static double[] Sample(ReadOnlySpan<float> values)
    {
        var step = Math.Max(1, values.Length / SampleSize);
        var found = new List<double>(SampleSize + 1);
        for (var i = step / 2; i < values.Length; i += step)
        {
            if (float.IsFinite(values[i]))
            {
                found.Add(values[i]);
            }
        }

        found.Sort();
        return [.. found];
    }

    /// <summary>Slope of the line through value against rank, or 0 when more than half of the sample are outliers.</summary>
    private static double Slope(double[] sample)
    {
        var kept = new bool[sample.Length];
        Array.Fill(kept, true);
        var (count, slope) = (sample.Length, 0.0);
        for (var round = 0; round < RoundsMax && count > sample.Length / 2; round++)
        {
            var (begin, rise) = Fit(sample, kept, count);
            slope = rise;
            var sigma = Math.Sqrt(Residuals(sample, begin, rise).Where((_, i) => kept[i]).Sum(r => r * r) / count);
            var left = 0;
            foreach (var (residual, i) in Residuals(sample, begin, rise).Select((r, i) => (r, i)))
            {
                kept[i] = kept[i] && Math.Abs(residual) <= RejectSigmas * sigma;
                left += kept[i] ? 1 : 0;
            }

            if (left == count)
            {
                break;
            }

            count = left;
        }

        return count > sample.Length / 2 ? slope : 0;
    }

    private static IEnumerable<double> Residuals(double[] sample, double begin, double rise) => sample.Select((value, i) => value - begin - (rise * i));

    private static (double Begin, double Rise) Fit(double[] sample, bool[] kept, int count)
    {
        double x = 0, y = 0, xx = 0, xy = 0;
        for (var i = 0; i < sample.Length; i++)
        {
            if (kept[i])
            {
                (x, y, xx, xy) = (x + i, y + sample[i], xx + ((double)i * i), xy + (i * sample[i]));
            }
        }

        var spread = (count * xx) - (x * x);
        var rise = spread > 0 ? ((count * xy) - (x * y)) / spread : 0;
        return ((y - (rise * x)) / count, rise);
    }
}
