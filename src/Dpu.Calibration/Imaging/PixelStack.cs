namespace Dpu.Calibration.Imaging;

/// <summary>How the values of several images at one pixel become one.</summary>
/// <param name="UseMedian">The median instead of the mean.</param>
/// <param name="ClipSigma">Values further from the median than this many of their own sigma are left out of the mean.</param>
/// <param name="ClipFraction">
/// Part of the median that is allowed on top, so that a change of seeing does not clip the cores of stars (Gruen et al. 2014,
/// PASP 126, 158).
/// </param>
internal sealed record StackOptions(bool UseMedian, double ClipSigma, double ClipFraction);

/// <summary>One row of pixels of several images, collected and then combined; images come in any order and need not overlap.</summary>
internal sealed class PixelStack
{
    // With two values nobody can say which of them is wrong.
    private const int ClipFrom = 3;

    // Variance of a median of normal deviates over that of their mean.
    private const double MedianVariance = Math.PI / 2;

    private readonly int _width;
    private readonly int _depth;
    private readonly int[] _counts;
    private readonly float[] _values;
    private readonly float[] _weights;
    private readonly float[] _seconds;
    private readonly float[] _scratch;

    /// <param name="width">Of the row.</param>
    /// <param name="depth">Most images that cover one pixel.</param>
    public PixelStack(int width, int depth)
    {
        (_width, _depth) = (width, depth);
        _counts = new int[width];
        _values = new float[width * depth];
        _weights = new float[width * depth];
        _seconds = new float[width * depth];
        _scratch = new float[depth];
    }

    /// <summary>How many values were left out so far.</summary>
    public long Clipped { get; private set; }

    public void Clear() => _counts.AsSpan().Clear();

    /// <summary>Adds a part of an image's row that begins at <paramref name="x"/>; pixels without weight count for nothing.</summary>
    /// <param name="scale">What the values are multiplied with; the weights are of the values before.</param>
    public void Add(int x, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, double scale, double seconds)
    {
        var (factor, weightFactor) = ((float)scale, (float)(1 / (scale * scale)));
        for (var i = 0; i < values.Length; i++)
        {
            if (!(weights[i] > 0) || !float.IsFinite(values[i])) { continue; }
            var at = ((x + i) * _depth) + _counts[x + i]++;
            _values[at] = values[i] * factor;
            _weights[at] = weights[i] * weightFactor;
            _seconds[at] = (float)seconds;
        }
    }

    /// <summary>Combines the row: value, weight (NaN and 0 where nothing was added), and the exposure time that went in.</summary>
    public void Combine(StackOptions options, Span<float> values, Span<float> weights, Span<float> seconds)
    {
        for (var x = 0; x < _width; x++)
        {
            var at = x * _depth;
            var count = _counts[x];
            (values[x], weights[x], seconds[x]) = count switch
            {
                0 => (float.NaN, 0, 0),
                1 => (_values[at], _weights[at], _seconds[at]),
                _ => Combine(at, count, options),
            };
        }
    }

    private (float Value, float Weight, float Seconds) Combine(int at, int count, StackOptions options)
    {
        if (count < ClipFrom && !options.UseMedian) { return Mean(at, count, 0, double.PositiveInfinity, 0); }
        var scratch = _scratch.AsSpan(0, count);
        _values.AsSpan(at, count).CopyTo(scratch);
        var median = RobustStatistics.Median(scratch);
        if (!options.UseMedian) { return Mean(at, count, median, options.ClipSigma, options.ClipFraction * Math.Abs(median)); }
        var (_, weight, seconds) = Mean(at, count, 0, double.PositiveInfinity, 0);
        return ((float)median, count > 2 ? (float)(weight / MedianVariance) : weight, seconds);
    }

    private (float Value, float Weight, float Seconds) Mean(int at, int count, double centre, double clipSigma, double margin)
    {
        double sum = 0, weights = 0, seconds = 0;
        for (var i = at; i < at + count; i++)
        {
            double weight = _weights[i];
            if (Math.Abs(_values[i] - centre) > (clipSigma / Math.Sqrt(weight)) + margin)
            {
                Clipped++;
                continue;
            }

            sum += weight * _values[i];
            weights += weight;
            seconds += _seconds[i];
        }

        // The median is within its own limits for an odd count, but two that disagree about an even one can both fall outside.
        return weights > 0 ? ((float)(sum / weights), (float)weights, (float)seconds) : Mean(at, count, 0, double.PositiveInfinity, 0);
    }
}
