using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Calibration;

internal enum CombineMethod
{
    Median,
    SigmaClippedMean,
}

/// <summary>A stack combined into one image.</summary>
/// <param name="Pixels">Row-major; NaN where no frame has a value.</param>
/// <param name="Noise">The standard deviation of a single frame's pixel, averaged over the image.</param>
/// <param name="Rejected">How many values were clipped.</param>
/// <param name="InverseCount">Mean over the image of 1 / (number of values that a pixel was made of): the variance of a mean in units of a frame's.</param>
internal sealed record CombinedStack(float[] Pixels, double Noise, long Rejected, double InverseCount);

/// <summary>
/// Combines frames pixel by pixel, a block of rows at a time. A pixel of five frames can never lie three of its own standard
/// deviations off its mean, so the noise that clipping needs is taken from the differences between frames over the whole block
/// (the idea of IRAF's <c>avsigclip</c>), and the distance is counted from the median.
/// </summary>
internal sealed class FrameStack
{
    /// <summary>Differences that the noise of a block rests on, about.</summary>
    public const int NoiseSamples = 20_000;

    private const int BlockBytes = 16 << 20;
    private readonly IReadOnlyList<CorrectedFrame> _frames;
    private readonly int _width;
    private readonly int _height;

    public FrameStack(IReadOnlyList<CorrectedFrame> frames)
    {
        _frames = frames;
        (_width, _height) = (frames[0].Width, frames[0].Height);
        if (frames.FirstOrDefault(f => f.Width != _width || f.Height != _height) is { } odd)
        {
            throw RecipeException.BadFile($"{odd.Path} is {odd.Width} x {odd.Height} pixels, {frames[0].Path} is {_width} x {_height}: they cannot be combined.");
        }
    }

    /// <param name="method">How.</param>
    /// <param name="threshold">Values further than this many standard deviations from the median are left out of a mean.</param>
    public CombinedStack Combine(CombineMethod method, double threshold)
    {
        var pixels = new float[_width * _height];
        var rows = Math.Clamp(BlockBytes / (sizeof(float) * _width * _frames.Count), 1, _height);
        var blocks = _frames.Select(_ => new float[rows * _width]).ToArray();
        var (noise, rejected, inverse) = (0.0, 0L, 0.0);
        for (var y = 0; y < _height; y += rows)
        {
            var count = Math.Min(rows, _height - y) * _width;
            for (var i = 0; i < blocks.Length; i++)
            {
                _frames[i].ReadRows(blocks[i].AsSpan(0, count));
            }
            var sigma = Noise(blocks, count);
            noise += sigma * count;
            var block = PixelCombiner.Combine(blocks, pixels.AsSpan(y * _width, count), method, threshold * sigma);
            rejected += block.Rejected;
            inverse += block.InverseCounts;
        }
        return new CombinedStack(pixels, noise / pixels.Length, rejected, inverse / pixels.Length);
    }

    /// <summary>Clipped scatter of the differences between successive frames, over √2: it knows nothing of what the frames show.</summary>
    private static double Noise(float[][] blocks, int count)
    {
        var differences = new List<float>();
        var step = Math.Max(1, count * (blocks.Length - 1) / NoiseSamples);
        for (var i = 1; i < blocks.Length; i++)
        {
            for (var at = i % step; at < count; at += step)
            {
                var difference = blocks[i][at] - blocks[i - 1][at];
                if (float.IsFinite(difference))
                {
                    differences.Add(difference);
                }
            }
        }
        if (differences.Count == 0)
        {
            return double.PositiveInfinity;
        }
        var values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(differences);
        // Not the median deviation: counts are integers, and of steps as wide as half of the noise it is a coarse measure.
        return RobustStatistics.SigmaClip(values, 4).Sigma / Math.Sqrt(2);
    }
}
