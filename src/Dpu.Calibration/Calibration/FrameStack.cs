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
internal sealed record CombinedStack(float[] Pixels, double Noise, long Rejected);

/// <summary>
/// Combines frames pixel by pixel, a block of rows at a time. A pixel of five frames can never lie three of its own standard
/// deviations off its mean, so the noise that clipping needs is taken from the differences between frames over the whole block
/// (the idea of IRAF's <c>avsigclip</c>), and the distance is counted from the median.
/// </summary>
internal sealed class FrameStack
{
    private const int BlockBytes = 16 << 20;
    private const int NoiseSamples = 20_000;
    private readonly IReadOnlyList<CorrectedFrame> _frames;
    private readonly int _width;
    private readonly int _height;

    public FrameStack(IReadOnlyList<CorrectedFrame> frames)
    {
        _frames = frames;
        (_width, _height) = (frames[0].Width, frames[0].Height);
        if (frames.FirstOrDefault(f => f.Width != _width || f.Height != _height) is { } odd)
        {
            throw RecipeException.Wrong($"{odd.Path} is {odd.Width} x {odd.Height} pixels, {frames[0].Path} is {_width} x {_height}: they cannot be combined.");
        }
    }

    /// <param name="method">How.</param>
    /// <param name="threshold">Values further than this many standard deviations from the median are left out of a mean.</param>
    public CombinedStack Combine(CombineMethod method, double threshold)
    {
        var pixels = new float[_width * _height];
        var rows = Math.Clamp(BlockBytes / (sizeof(float) * _width * _frames.Count), 1, _height);
        var blocks = _frames.Select(_ => new float[rows * _width]).ToArray();
        var (noise, rejected) = (0.0, 0L);
        for (var y = 0; y < _height; y += rows)
        {
            var count = Math.Min(rows, _height - y) * _width;
            for (var i = 0; i < blocks.Length; i++)
            {
                _frames[i].ReadRows(blocks[i].AsSpan(0, count));
            }
            var sigma = Noise(blocks, count);
            noise += sigma * count;
            rejected += CombineBlock(blocks, pixels.AsSpan(y * _width, count), method, threshold * sigma);
        }
        return new CombinedStack(pixels, noise / pixels.Length, rejected);
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

    private static long CombineBlock(float[][] blocks, Span<float> result, CombineMethod method, double distance)
    {
        Span<float> values = blocks.Length <= 64 ? stackalloc float[blocks.Length] : new float[blocks.Length];
        var rejected = 0L;
        for (var at = 0; at < result.Length; at++)
        {
            var count = Gather(blocks, at, values);
            var sorted = values[..count];
            Sort(sorted);
            if (method == CombineMethod.Median || count < 3)
            {
                result[at] = count == 0 ? float.NaN : MedianOf(sorted);
                continue;
            }
            (result[at], var dropped) = ClippedMean(sorted, distance);
            rejected += dropped;
        }
        return rejected;
    }

    private static int Gather(float[][] blocks, int at, Span<float> values)
    {
        var count = 0;
        foreach (var block in blocks)
        {
            var value = block[at];
            if (!float.IsNaN(value))
            {
                values[count++] = value;
            }
        }
        return count;
    }

    /// <summary>Insertion sort: a handful of values, in a loop over every pixel.</summary>
    private static void Sort(Span<float> values)
    {
        if (values.Length > 32)
        {
            values.Sort();
            return;
        }
        for (var i = 1; i < values.Length; i++)
        {
            var value = values[i];
            var j = i - 1;
            for (; j >= 0 && values[j] > value; j--)
            {
                values[j + 1] = values[j];
            }
            values[j + 1] = value;
        }
    }

    private static float MedianOf(ReadOnlySpan<float> sorted) =>
        sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : 0.5f * (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]);

    private static (float Mean, int Dropped) ClippedMean(ReadOnlySpan<float> sorted, double distance)
    {
        var median = MedianOf(sorted);
        var (sum, kept) = (0.0, 0);
        foreach (var value in sorted)
        {
            if (Math.Abs(value - median) <= distance)
            {
                sum += value;
                kept++;
            }
        }
        return kept > 0 ? ((float)(sum / kept), sorted.Length - kept) : (median, 0);
    }
}
