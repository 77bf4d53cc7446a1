using System.Numerics;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// A small symmetric separable smoothing kernel with unit sum. Around bad pixels (NaN) it is renormalised to the good ones;
/// the result is NaN where the kernel covers no good pixel.
/// </summary>
internal sealed class DetectionKernel
{
    private readonly float[] _taps;

    private DetectionKernel(float[] taps) => _taps = taps;

    /// <summary>Its weights along one axis, of unit sum.</summary>
    public IReadOnlyList<float> Taps => _taps;

    /// <summary>No smoothing.</summary>
    public static DetectionKernel None { get; } = new([1f]);

    /// <summary>3 x 3 pyramid (1 2 1 in each direction): a match for a FWHM of about 2 pixels that hurts no other.</summary>
    public static DetectionKernel Pyramid { get; } = new([0.25f, 0.5f, 0.25f]);

    /// <summary>A Gaussian of that FWHM in pixels, out to 2.5 of its sigma: the matched filter for stars of that size.</summary>
    public static DetectionKernel Gaussian(double fwhm)
    {
        var sigma = fwhm / 2.3548;
        var reach = Math.Clamp((int)Math.Ceiling(2.5 * sigma), 1, 15);
        var taps = new double[(2 * reach) + 1];
        for (var i = -reach; i <= reach; i++) { taps[i + reach] = Math.Exp(-0.5 * i * i / (sigma * sigma)); }
        var sum = taps.Sum();
        return new DetectionKernel(Array.ConvertAll(taps, t => (float)(t / sum)));
    }

    /// <summary>How many rows the kernel reaches up and down.</summary>
    public int Reach => _taps.Length / 2;

    /// <summary>Smooths row <paramref name="y"/> of the image into <paramref name="target"/>.</summary>
    public void SmoothRow(ReadOnlySpan<float> pixels, int width, int height, int y, Span<float> target, Span<float> scratch)
    {
        // Beyond the border the kernel is renormalised in the same way as over bad pixels.
        if (y < Reach || y >= height - Reach)
        {
            for (var x = 0; x < width; x++) { target[x] = SmoothCarefully(pixels, width, height, x, y); }
            return;
        }

        SumRows(pixels, width, y, scratch[..width]);
        SumColumns(scratch[..width], target[..width]);
        for (var x = 0; x < width; x++)
        {
            if (x < Reach || x >= width - Reach || float.IsNaN(target[x]))
            {
                target[x] = SmoothCarefully(pixels, width, height, x, y);
            }
        }
    }

    private void SumRows(ReadOnlySpan<float> pixels, int width, int y, Span<float> sums)
    {
        sums.Clear();
        for (var i = 0; i < _taps.Length; i++)
        {
            AddScaled(pixels.Slice((y + i - Reach) * width, width), _taps[i], sums);
        }
    }

    private void SumColumns(ReadOnlySpan<float> row, Span<float> sums)
    {
        sums.Clear();
        var inner = row.Length - (2 * Reach);
        if (inner <= 0) { return; }
        for (var i = 0; i < _taps.Length; i++)
        {
            AddScaled(row.Slice(i, inner), _taps[i], sums.Slice(Reach, inner));
        }
    }

    private static void AddScaled(ReadOnlySpan<float> source, float factor, Span<float> target)
    {
        var step = Vector<float>.Count;
        var x = 0;
        for (; x <= source.Length - step; x += step)
        {
            var sum = new Vector<float>(target[x..]) + (new Vector<float>(source[x..]) * factor);
            sum.CopyTo(target[x..]);
        }

        for (; x < source.Length; x++) { target[x] += source[x] * factor; }
    }

    private float SmoothCarefully(ReadOnlySpan<float> pixels, int width, int height, int x, int y)
    {
        var (sum, weights) = (0f, 0f);
        for (var j = -Reach; j <= Reach; j++)
        {
            if (y + j < 0 || y + j >= height) { continue; }
            for (var i = -Reach; i <= Reach; i++)
            {
                if (x + i < 0 || x + i >= width) { continue; }
                var value = pixels[((y + j) * width) + x + i];
                if (!float.IsFinite(value)) { continue; }
                var weight = _taps[j + Reach] * _taps[i + Reach];
                sum += weight * value;
                weights += weight;
            }
        }

        return weights > 0 ? sum / weights : float.NaN;
    }
}
