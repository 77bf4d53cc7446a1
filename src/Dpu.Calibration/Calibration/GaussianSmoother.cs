using System.Numerics;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Smooths an image by a Gaussian, rows and columns in turn. Near an edge the bell is one-sided, and a mean would be drawn towards the
/// inside wherever there is a gradient; there a straight line is fitted instead (local linear regression: Fan and Gijbels 1996).
/// </summary>
internal static class GaussianSmoother
{
    /// <param name="pixels">Row-major; NaN for no value: such pixels take the mean of their surroundings first.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="sigma">Standard deviation of the bell, pixels.</param>
    /// <returns>NaN only where no pixel with a value is near.</returns>
    public static float[] Smooth(float[] pixels, int width, int height, double sigma)
    {
        var filled = Array.Exists(pixels, float.IsNaN) ? Fill(pixels, width, height, sigma) : pixels;
        return Apply(filled, width, height, sigma, isLinear: true);
    }

    private static float[] Fill(float[] pixels, int width, int height, double sigma)
    {
        var (values, weights) = (new float[pixels.Length], new float[pixels.Length]);
        for (var i = 0; i < pixels.Length; i++)
        {
            (values[i], weights[i]) = float.IsFinite(pixels[i]) ? (pixels[i], 1) : (0, 0);
        }
        values = Apply(values, width, height, sigma, isLinear: false);
        weights = Apply(weights, width, height, sigma, isLinear: false);
        for (var i = 0; i < pixels.Length; i++)
        {
            var mean = weights[i] > 1e-6f ? values[i] / weights[i] : float.NaN;
            values[i] = float.IsFinite(pixels[i]) ? pixels[i] : mean;
        }
        return values;
    }

    private static float[] Apply(float[] pixels, int width, int height, double sigma, bool isLinear) =>
        Transposed(AlongColumns(Transposed(AlongColumns(pixels, width, height, sigma, isLinear), width, height), height, width, sigma, isLinear), height, width);

    private static float[] AlongColumns(float[] pixels, int width, int height, double sigma, bool isLinear)
    {
        var radius = (int)Math.Ceiling(3 * sigma);
        var result = new float[pixels.Length];
        for (var y = 0; y < height; y++)
        {
            var (first, last) = (Math.Max(0, y - radius), Math.Min(height - 1, y + radius));
            var weights = Weights(first - y, last - y, sigma, isLinear);
            var sum = result.AsSpan(y * width, width);
            for (var j = first; j <= last; j++)
            {
                AddScaled(sum, pixels.AsSpan(j * width, width), weights[j - first]);
            }
        }
        return result;
    }

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

    private static float[] Transposed(float[] pixels, int width, int height)
    {
        const int Tile = 32;
        var turned = new float[pixels.Length];
        for (var y0 = 0; y0 < height; y0 += Tile)
        {
            for (var x0 = 0; x0 < width; x0 += Tile)
            {
                for (var y = y0; y < Math.Min(height, y0 + Tile); y++)
                {
                    for (var x = x0; x < Math.Min(width, x0 + Tile); x++)
                    {
                        turned[(x * height) + y] = pixels[(y * width) + x];
                    }
                }
            }
        }
        return turned;
    }
}
