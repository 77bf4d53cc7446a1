namespace Dpu.Calibration.Imaging;

/// <summary>What remains of a sample after iterative sigma clipping.</summary>
/// <param name="Mean">Mean of the values kept; NaN when there were none.</param>
/// <param name="Median">Median of the values kept.</param>
/// <param name="Sigma">Standard deviation of the values kept (not corrected for the truncated tails: 1.5% low at 3 sigma).</param>
/// <param name="Count">How many values were kept.</param>
internal readonly record struct ClippedStatistics(double Mean, double Median, double Sigma, int Count);

/// <summary>Order statistics and sigma clipping of pixel values. NaN marks a bad pixel and never enters a result.</summary>
internal static class RobustStatistics
{
    /// <summary>Standard deviation of a normal distribution in units of its median absolute deviation, 1/Φ⁻¹(3/4).</summary>
    public const double SigmaPerMad = 1.4826022185056018;

    /// <summary>Copies the finite values among <paramref name="source"/> to <paramref name="target"/>; returns how many.</summary>
    public static int CopyFinite(ReadOnlySpan<float> source, Span<float> target)
    {
        var count = 0;
        foreach (var value in source)
        {
            if (float.IsFinite(value)) { target[count++] = value; }
        }

        return count;
    }

    /// <summary>The k-th smallest value (k from 0), by Hoare's selection. Reorders <paramref name="values"/>, which must hold no NaN.</summary>
    public static float Select(Span<float> values, int k)
    {
        var (left, right) = (0, values.Length - 1);
        while (left < right)
        {
            // The middle element as pivot keeps sorted and constant data, common in images, from the quadratic case.
            var pivot = values[(left + right) >>> 1];
            var (i, j) = (left, right);
            while (i <= j)
            {
                while (values[i] < pivot) { i++; }
                while (values[j] > pivot) { j--; }
                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            if (k <= j) { right = j; }
            else if (k >= i) { left = i; }
            else { break; }
        }

        return values[k];
    }

    /// <summary>The median (the mean of the middle two for an even count; NaN for none). Reorders <paramref name="values"/>, which must hold no NaN.</summary>
    public static double Median(Span<float> values)
    {
        if (values.IsEmpty) { return double.NaN; }
        var middle = values.Length / 2;
        double upper = Select(values, middle);
        if ((values.Length & 1) == 1) { return upper; }

        // After the selection nothing before the middle is above it: the lower of the two is their maximum.
        var lower = values[0];
        foreach (var value in values[1..middle]) { lower = Math.Max(lower, value); }
        return 0.5 * (lower + upper);
    }

    /// <summary>Sigma as a robust estimate: the median absolute deviation from <paramref name="centre"/>, scaled to a normal distribution's. Overwrites <paramref name="values"/>.</summary>
    public static double SigmaFromMad(Span<float> values, double centre)
    {
        for (var i = 0; i < values.Length; i++) { values[i] = (float)Math.Abs(values[i] - centre); }
        return SigmaPerMad * Median(values);
    }

    /// <summary>
    /// Iterative clipping about the median: values further than <paramref name="threshold"/> standard deviations are
    /// dropped until none is, or <paramref name="iterations"/> passes are done. Reorders <paramref name="values"/>; no NaN.
    /// </summary>
    public static ClippedStatistics SigmaClip(Span<float> values, double threshold = 3, int iterations = 10)
    {
        var kept = values;
        for (var pass = 0; ; pass++)
        {
            var median = Median(kept);
            var (mean, sigma) = MeanAndSigma(kept);
            var next = kept[..KeepWithin(kept, median, threshold * sigma)];
            if (next.Length == kept.Length || next.IsEmpty || pass == iterations)
            {
                return new ClippedStatistics(mean, median, sigma, kept.Length);
            }

            kept = next;
        }
    }

    /// <summary>Mean and standard deviation (divided by n) in double precision; NaN for no values.</summary>
    public static (double Mean, double Sigma) MeanAndSigma(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty) { return (double.NaN, double.NaN); }

        // Shifted by the first value: bias levels are large beside their noise, and squares of them would cancel.
        double shift = values[0], sum = 0, squares = 0;
        foreach (var value in values)
        {
            var d = value - shift;
            sum += d;
            squares += d * d;
        }

        var mean = sum / values.Length;
        return (shift + mean, Math.Sqrt(Math.Max(0, (squares / values.Length) - (mean * mean))));
    }

    private static int KeepWithin(Span<float> values, double centre, double distance)
    {
        var kept = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (Math.Abs(value - centre) <= distance) { values[kept++] = value; }
        }

        return kept;
    }
}
