using System.Numerics;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Smooths an image by a Gaussian, rows and columns in turn. Near an edge the bell is one-sided, and a mean would be drawn towards the
/// inside wherever there is a gradient; there a straight line is fitted instead (local linear regression: Fan and Gijbels 1996).
/// </summary>
internal static class GaussianSmoother
{
    // A bell of which less than this is seen says nothing.
    private const float WeightMin = 1e-6f;

    /// <param name="pixels">Row-major; NaN for no value: such pixels take the mean of their surroundings first.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="sigma">Standard deviation of the bell, pixels.</param>
    /// <returns>NaN only where no pixel with a value is near.</returns>
    public static float[] Smooth(float[] pixels, int width, int height, double sigma)
    {
        var filled = HasHole(pixels) ? Fill(pixels, width, height, sigma) : pixels;
        var smooth = AlongColumns(filled, width, height, sigma);
        AlongRows(smooth, width, height, sigma);
        return smooth;
    }

    /// <summary>A copy in which pixels without a value have the mean of those around them. Only rows that have such pixels cost anything.</summary>
    private static float[] Fill(float[] pixels, int width, int height, double sigma)
    {
        var filled = (float[])pixels.Clone();
        var radius = Radius(sigma);
        var bell = Weights(-radius, radius, sigma, isLinear: false);
        var (values, weights) = (new float[width], new float[width]);
        for (var y = 0; y < height; y++)
        {
            var row = filled.AsSpan(y * width, width);
            if (!HasHole(row))
            {
                continue;
            }
            values.AsSpan().Clear();
            weights.AsSpan().Clear();
            for (var j = Math.Max(0, y - radius); j <= Math.Min(height - 1, y + radius); j++)
            {
                AddKnown(values, weights, pixels.AsSpan(j * width, width), bell[j - y + radius]);
            }
            for (var x = 0; x < width; x++)
            {
                row[x] = !float.IsFinite(row[x]) ? MeanAround(values, weights, x, radius, bell) : row[x];
            }
        }
        return filled;
    }

    private static bool HasHole(ReadOnlySpan<float> pixels)
    {
        var (i, largest) = (0, new Vector<float>(float.MaxValue));
        for (; i <= pixels.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (!Vector.LessThanOrEqualAll(Vector.Abs(new Vector<float>(pixels[i..])), largest))
            {
                return true;
            }
        }
        for (; i < pixels.Length; i++)
        {
            if (!float.IsFinite(pixels[i]))
            {
                return true;
            }
        }
        return false;
    }

    private static float MeanAround(float[] values, float[] weights, int x, int radius, float[] bell)
    {
        var (sum, weight) = (0f, 0f);
        for (var i = Math.Max(0, x - radius); i <= Math.Min(values.Length - 1, x + radius); i++)
        {
            sum += values[i] * bell[i - x + radius];
            weight += weights[i] * bell[i - x + radius];
        }
        return weight > WeightMin ? sum / weight : float.NaN;
    }

    private static float[] AlongColumns(float[] pixels, int width, int height, double sigma)
    {
        var radius = Radius(sigma);
        var result = new float[pixels.Length];
        for (var y = 0; y < height; y++)
        {
            var (first, last) = (Math.Max(0, y - radius), Math.Min(height - 1, y + radius));
            var weights = Weights(first - y, last - y, sigma, isLinear: true);
            var sum = result.AsSpan(y * width, width);
            for (var j = first; j <= last; j++)
            {
                AddScaled(sum, pixels.AsSpan(j * width, width), weights[j - first]);
            }
        }
        return result;
    }

    /// <summary>In place. Away from the edges all pixels have the same weights, and a row is a sum of shifted ones.</summary>
    private static void AlongRows(float[] pixels, int width, int height, double sigma)
    {
        var radius = Radius(sigma);
        var inner = Math.Max(0, width - (2 * radius));
        var full = Weights(-radius, radius, sigma, isLinear: true);
        var edges = Enumerable.Range(0, width)
            .Where(x => inner == 0 || x < radius || x >= width - radius)
            .Select(x => (X: x, First: Math.Max(0, x - radius), Weights: Weights(Math.Max(0, x - radius) - x, Math.Min(width - 1, x + radius) - x, sigma, isLinear: true)))
            .ToArray();
        var smooth = new float[width];
        for (var y = 0; y < height; y++)
        {
            var row = pixels.AsSpan(y * width, width);
            smooth.AsSpan().Clear();
            for (var k = 0; inner > 0 && k < full.Length; k++)
            {
                AddScaled(smooth.AsSpan(radius, inner), row.Slice(k, inner), full[k]);
            }
            foreach (var (x, first, weights) in edges)
            {
                smooth[x] = Dot(row.Slice(first, weights.Length), weights);
            }
            smooth.CopyTo(row);
        }
    }

    private static int Radius(double sigma) => (int)Math.Ceiling(3 * sigma);

    /// <summary>The weights whose sum with the values at the offsets is the fitted line's value at offset 0.</summary>
    private static float[] Weights(int first, int last, double sigma, bool isLinear)
    {
        var bell = new double[last - first + 1];
        var (s0, s1, s2) = (0.0, 0.0, 0.0);
        for (var i = 0; i < bell.Length; i++)
        {
            var d = first + i;
            bell[i] = Math.Exp(-0.5 * d * d / (sigma * sigma));
            s0 += bell[i];
            s1 += bell[i] * d;
            s2 += bell[i] * d * d;
        }
        var determinant = (s0 * s2) - (s1 * s1);
        var weights = new float[bell.Length];
        for (var i = 0; i < bell.Length; i++)
        {
            weights[i] = (float)(isLinear && determinant > 0 ? bell[i] * (s2 - ((first + i) * s1)) / determinant : bell[i] / s0);
        }
        return weights;
    }

    private static void AddScaled(Span<float> sum, ReadOnlySpan<float> row, float weight)
    {
        var i = 0;
        var factor = new Vector<float>(weight);
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(sum[i..]) + (new Vector<float>(row[i..]) * factor)).CopyTo(sum[i..]);
        }
        for (; i < row.Length; i++)
        {
            sum[i] += row[i] * weight;
        }
    }

    /// <summary>Adds the values that a row has, and their weights.</summary>
    private static void AddKnown(Span<float> values, Span<float> weights, ReadOnlySpan<float> row, float weight)
    {
        var i = 0;
        var factor = new Vector<float>(weight);
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = new Vector<float>(row[i..]);
            var isKnown = Vector.LessThanOrEqual(Vector.Abs(value), new Vector<float>(float.MaxValue));
            (new Vector<float>(values[i..]) + Vector.ConditionalSelect(isKnown, value * factor, Vector<float>.Zero)).CopyTo(values[i..]);
            (new Vector<float>(weights[i..]) + Vector.ConditionalSelect(isKnown, factor, Vector<float>.Zero)).CopyTo(weights[i..]);
        }
        for (; i < row.Length; i++)
        {
            values[i] += float.IsFinite(row[i]) ? row[i] * weight : 0;
            weights[i] += float.IsFinite(row[i]) ? weight : 0;
        }
    }

    private static float Dot(ReadOnlySpan<float> row, ReadOnlySpan<float> weights)
    {
        var i = 0;
        var sums = Vector<float>.Zero;
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sums += new Vector<float>(row[i..]) * new Vector<float>(weights[i..]);
        }
        var sum = Vector.Sum(sums);
        for (; i < row.Length; i++)
        {
            sum += row[i] * weights[i];
        }
        return sum;
    }
}
