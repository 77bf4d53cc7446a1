using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dpu.Calibration.Calibration;

/// <summary>What a block of pixels was combined from.</summary>
/// <param name="Rejected">How many values were clipped.</param>
/// <param name="InverseCounts">Sum over the pixels of 1 / (number of values kept); a pixel without any adds nothing.</param>
internal readonly record struct CombinedBlock(long Rejected, double InverseCounts);

/// <summary>
/// Combines the values that several frames have at a pixel: the median, or the mean of those within a distance of it. NaN is no value. A lane of a vector
/// is a pixel, sorted by compare-and-exchange against its neighbours of the stack; pixels with a NaN take the way of one by one.
/// </summary>
internal static class PixelCombiner
{
    private const int FramesOnStack = 64;

    public static CombinedBlock Combine(float[][] blocks, Span<float> result, CombineMethod method, double distance)
    {
        var at = 0;
        var (rejected, inverse) = (0L, 0.0);
        var limit = (float)Math.Min(distance, float.MaxValue);
        Span<float> scalars = blocks.Length <= FramesOnStack ? stackalloc float[blocks.Length] : new float[blocks.Length];
        Span<Vector<float>> lanes = blocks.Length <= FramesOnStack ? stackalloc Vector<float>[blocks.Length] : new Vector<float>[blocks.Length];
        for (; at <= result.Length - Vector<float>.Count; at += Vector<float>.Count)
        {
            if (!Gather(blocks, at, lanes))
            {
                for (var i = at; i < at + Vector<float>.Count; i++)
                {
                    Add(CombineOne(blocks, i, scalars, method, limit, out result[i]), ref rejected, ref inverse);
                }
                continue;
            }
            Sort(lanes);
            Add(CombineLanes(lanes, method, limit, out var combined), ref rejected, ref inverse);
            combined.CopyTo(result[at..]);
        }
        for (; at < result.Length; at++)
        {
            Add(CombineOne(blocks, at, scalars, method, limit, out result[at]), ref rejected, ref inverse);
        }
        return new CombinedBlock(rejected, inverse);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(CombinedBlock one, ref long rejected, ref double inverse)
    {
        rejected += one.Rejected;
        inverse += one.InverseCounts;
    }

    /// <summary>False when one of the values is NaN.</summary>
    private static bool Gather(float[][] blocks, int at, Span<Vector<float>> lanes)
    {
        var isNumber = Vector<int>.AllBitsSet;
        for (var i = 0; i < blocks.Length; i++)
        {
            var value = new Vector<float>(blocks[i], at);
            isNumber &= Vector.Equals(value, value);
            lanes[i] = value;
        }
        return Vector.EqualsAll(isNumber, Vector<int>.AllBitsSet);
    }

    private static void Sort(Span<Vector<float>> lanes)
    {
        for (var i = 1; i < lanes.Length; i++)
        {
            var value = lanes[i];
            for (var j = i - 1; j >= 0; j--)
            {
                var below = lanes[j];
                lanes[j + 1] = Vector.Max(below, value);
                value = Vector.Min(below, value);
            }
            lanes[0] = value;
        }
    }

    private static CombinedBlock CombineLanes(ReadOnlySpan<Vector<float>> sorted, CombineMethod method, float distance, out Vector<float> result)
    {
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) * 0.5f;
        if (method == CombineMethod.Median || sorted.Length < 3)
        {
            result = median;
            return new CombinedBlock(0, Vector<float>.Count / (double)sorted.Length);
        }
        var (sum, kept, limit) = (Vector<float>.Zero, Vector<float>.Zero, new Vector<float>(distance));
        foreach (var value in sorted)
        {
            var deviation = value - median;
            var isKept = Vector.LessThanOrEqual(Vector.Abs(deviation), limit);
            sum += Vector.ConditionalSelect(isKept, deviation, Vector<float>.Zero);
            kept += Vector.ConditionalSelect(isKept, Vector<float>.One, Vector<float>.Zero);
        }
        // Of an even number the middle two may both lie too far from their mean: then nothing tells them apart.
        var isNone = Vector.Equals(kept, Vector<float>.Zero);
        kept = Vector.ConditionalSelect(isNone, new Vector<float>(sorted.Length), kept);
        result = median + (sum / kept);
        return new CombinedBlock((sorted.Length * Vector<float>.Count) - (long)Vector.Sum(kept), Vector.Sum(Vector<float>.One / kept));
    }

    private static CombinedBlock CombineOne(float[][] blocks, int at, Span<float> values, CombineMethod method, float distance, out float result)
    {
        var count = 0;
        foreach (var block in blocks)
        {
            if (!float.IsNaN(block[at]))
            {
                values[count++] = block[at];
            }
        }
        if (count == 0)
        {
            result = float.NaN;
            return default;
        }
        var sorted = values[..count];
        Sort(sorted);
        var median = count % 2 == 1 ? sorted[count / 2] : 0.5f * (sorted[(count / 2) - 1] + sorted[count / 2]);
        var (sum, kept) = (0f, 0);
        foreach (var value in sorted)
        {
            if (Math.Abs(value - median) <= distance)
            {
                sum += value - median;
                kept++;
            }
        }
        if (method == CombineMethod.Median || count < 3 || kept == 0)
        {
            result = median;
            return new CombinedBlock(0, 1.0 / count);
        }
        result = median + (sum / kept);
        return new CombinedBlock(count - kept, 1.0 / kept);
    }

    /// <summary>Insertion sort: a handful of values.</summary>
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
}
