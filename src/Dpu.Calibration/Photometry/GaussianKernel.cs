using System.Numerics;

namespace Dpu.Calibration.Photometry;

/// <summary>A Gaussian on pixels whose variance is what is asked for also where it is narrower than a pixel; applied along rows, then along columns.</summary>
internal sealed class GaussianKernel
{
    private GaussianKernel(float[] taps) => Taps = taps;

    /// <summary>From −radius to radius; their sum is 1.</summary>
    public float[] Taps { get; }

    public int Radius => Taps.Length / 2;

    public static GaussianKernel OfSigma(double sigma)
    {
        // Sampled, a narrow bell has less variance than the continuous one: the parameter is widened until it has as much.
        var (low, high) = (0.05, sigma + 1);
        for (var i = 0; i < 60; i++)
        {
            var middle = 0.5 * (low + high);
            (low, high) = Variance(Sampled(middle, sigma)) < sigma * sigma ? (middle, high) : (low, middle);
        }

        return new GaussianKernel([.. Sampled(high, sigma).Select(v => (float)v)]);
    }

    /// <summary>The taps' squares: what a variance is smoothed with, along one axis.</summary>
    public GaussianKernel Squared() => new([.. Taps.Select(t => t * t)]);

    /// <summary>The sums of values times taps, 0 beyond the image.</summary>
    public float[] Apply(float[] pixels, int width, int height)
    {
        var rows = new float[pixels.Length];
        for (var y = 0; y < height; y++)
        {
            var source = pixels.AsSpan(y * width, width);
            var target = rows.AsSpan(y * width, width);
            for (var k = -Radius; k <= Radius; k++)
            {
                var (from, to) = (Math.Max(0, k), Math.Max(0, -k));
                var length = width - Math.Abs(k);
                if (length > 0) { AddScaled(target.Slice(to, length), source.Slice(from, length), Taps[k + Radius]); }
            }
        }

        var columns = new float[pixels.Length];
        for (var y = 0; y < height; y++)
        {
            for (var j = Math.Max(0, y - Radius); j <= Math.Min(height - 1, y + Radius); j++)
            {
                AddScaled(columns.AsSpan(y * width, width), rows.AsSpan(j * width, width), Taps[j - y + Radius]);
            }
        }

        return columns;
    }

    private static void AddScaled(Span<float> sum, ReadOnlySpan<float> values, float factor)
    {
        var i = 0;
        var factors = new Vector<float>(factor);
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(sum[i..]) + (new Vector<float>(values[i..]) * factors)).CopyTo(sum[i..]);
        }

        for (; i < values.Length; i++) { sum[i] += values[i] * factor; }
    }

    private static double[] Sampled(double parameter, double sigma)
    {
        var radius = Math.Max(1, (int)Math.Ceiling(5 * sigma));
        var taps = Enumerable.Range(-radius, (2 * radius) + 1).Select(k => Math.Exp(-0.5 * k * k / (parameter * parameter))).ToArray();
        var sum = taps.Sum();
        return [.. taps.Select(t => t / sum)];
    }

    private static double Variance(double[] taps) => taps.Select((t, i) => t * Math.Pow(i - (taps.Length / 2), 2)).Sum();
}
