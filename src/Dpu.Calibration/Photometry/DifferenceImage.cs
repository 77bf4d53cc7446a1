using System.Numerics;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>A frame less the reference as it would look in it: what changed.</summary>
/// <param name="Image">The difference, in the frame's flux; NaN where either has no image.</param>
/// <param name="Weights">1/noise², of sky and read-out in both.</param>
/// <param name="Model">The reference as it would look in the frame: its photons are noise as well.</param>
internal sealed record DifferenceImage(FitsImage Image, FitsImage Weights, float[] Model)
{
    // Less of the kernel than this on pixels without a value is borne.
    private const float BadPartMax = 0.02f;

    public static DifferenceImage Of(FitsImage reference, FitsImage referenceWeights, FitsImage frame, FitsImage frameWeights, MatchingKernel kernel)
    {
        var (width, height) = (frame.Width, frame.Height);
        var bad = Array.ConvertAll(reference.Pixels, p => float.IsFinite(p) ? 0f : 1f);
        var model = Convolve([.. reference.Pixels.Select(p => float.IsFinite(p) ? p : 0f)], width, height, kernel.Pixels, kernel.Radius);
        var missing = Convolve(bad, width, height, Array.ConvertAll(kernel.Pixels, Math.Abs), kernel.Radius);
        var noise = Convolve([.. referenceWeights.Pixels.Select(w => w > 0 ? 1 / w : 0f)], width, height, Array.ConvertAll(kernel.Pixels, k => k * k), kernel.Radius);
        var (image, weights) = (new FitsImage(width, height), new FitsImage(width, height));
        for (var i = 0; i < model.Length; i++)
        {
            var isGood = frameWeights.Pixels[i] > 0 && float.IsFinite(frame.Pixels[i]) && bad[i] == 0 && missing[i] <= BadPartMax * Math.Abs(kernel.Sum) && !IsBorder(i % width, i / width, width, height, kernel.Radius);
            var (u, v) = ((2 * ((i % width) + 0.5) / width) - 1, (2 * ((i / width) + 0.5) / height) - 1);
            var background = kernel.Background[0] + (kernel.Background[1] * u) + (kernel.Background[2] * v);
            image.Pixels[i] = isGood ? frame.Pixels[i] - model[i] - (float)background : float.NaN;
            weights.Pixels[i] = isGood ? 1 / ((1 / frameWeights.Pixels[i]) + noise[i]) : 0;
        }

        return new DifferenceImage(image, weights, model);
    }

    /// <summary>The flux that changed at a place, by the frame's star profile (whose sum is 1), and its error; null where too little of the star is on the image.</summary>
    public Measured? FluxAt(StarProfile profile, double gain, double fwhm)
    {
        var reach = Math.Max(3, 1.5 * fwhm);
        Span<double> unused = stackalloc double[StarProfile.Parameters];
        double top = 0, bottom = 0, inside = 0, norm = 0;
        for (var y = (int)Math.Ceiling(profile.Y - reach); y <= profile.Y + reach; y++)
        {
            for (var x = (int)Math.Ceiling(profile.X - reach); x <= profile.X + reach; x++)
            {
                if (((x - profile.X) * (x - profile.X)) + ((y - profile.Y) * (y - profile.Y)) > reach * reach) { continue; }
                var part = profile.Pixel(x, y, unused);
                norm += part;
                if ((uint)x >= (uint)Image.Width || (uint)y >= (uint)Image.Height) { continue; }
                var at = (y * Image.Width) + x;
                if (!(Weights.Pixels[at] > 0)) { continue; }
                inside += part;
                var variance = (1 / Weights.Pixels[at]) + (gain > 0 ? Math.Max(0, Model[at]) / gain : 0);
                top += part * Image.Pixels[at] / variance;
                bottom += part * part / variance;
            }
        }

        return bottom > 0 && inside > 0.9 * norm ? new Measured(top / bottom, Math.Sqrt(1 / bottom)) : null;
    }

    private static bool IsBorder(int x, int y, int width, int height, int radius) => x < radius || y < radius || x >= width - radius || y >= height - radius;

    /// <summary>Row by row of the kernel: each tap is one pass over rows that lie in memory one after the other.</summary>
    private static float[] Convolve(float[] pixels, int width, int height, float[] kernel, int radius)
    {
        var (result, side) = (new float[pixels.Length], (2 * radius) + 1);
        for (var y = radius; y < height - radius; y++)
        {
            var sum = result.AsSpan((y * width) + radius, width - (2 * radius));
            for (var j = -radius; j <= radius; j++)
            {
                for (var i = -radius; i <= radius; i++)
                {
                    AddScaled(sum, pixels.AsSpan(((y - j) * width) + radius - i, sum.Length), kernel[((j + radius) * side) + i + radius]);
                }
            }
        }

        return result;
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
}
