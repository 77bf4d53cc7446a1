using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Dpu.Calibration.Imaging;

/// <summary>
/// Lanczos's windowed sinc of order 3 in a table of 1024 positions between two pixels. Each set of taps has unit sum, so that a
/// constant stays constant and a shifted image keeps its flux, and its centre where it belongs, so that a slope stays one and
/// nothing moves: the bare kernel shifts by up to 0.011 pixel. The table's step moves nothing by more than 0.0005 pixel.
/// </summary>
internal static class LanczosKernel
{
    /// <summary>Taps before the position's pixel; three more follow after it.</summary>
    public const int Before = 2;

    /// <summary>Number of taps.</summary>
    public const int Taps = 6;

    /// <summary>Floats that <see cref="Interpolate"/> reads from each row: the taps and two that count nothing.</summary>
    public const int RowLength = 8;

    private const int Positions = 1024;
    private static readonly float[] s_table = MakeTable();

    /// <summary>The taps for a fraction of a pixel from 0 to 1, filled up with zeros to <see cref="RowLength"/>.</summary>
    public static ReadOnlySpan<float> TapsAt(double fraction) =>
        s_table.AsSpan((int)((fraction * Positions) + 0.5) * RowLength, RowLength);

    /// <summary>The interpolated value; <paramref name="corner"/> is the index of the first tap of the first of six rows.</summary>
    public static float Interpolate(ReadOnlySpan<float> pixels, int width, int corner, ReadOnlySpan<float> tapsX, ReadOnlySpan<float> tapsY)
    {
        var sum = Vector256<float>.Zero;
        for (var j = 0; j < Taps; j++)
        {
            var row = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(pixels.Slice(corner + (j * width), RowLength)));
            sum += row * tapsY[j];
        }

        return Vector256.Sum(sum * Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(tapsX)));
    }

    private static float[] MakeTable()
    {
        var table = new float[(Positions + 1) * RowLength];
        Span<double> taps = stackalloc double[Taps];
        for (var p = 0; p <= Positions; p++)
        {
            var fraction = (double)p / Positions;
            for (var i = 0; i < Taps; i++) { taps[i] = Lanczos(fraction + Before - i); }
            Straighten(taps, fraction);
            for (var i = 0; i < Taps; i++) { table[(p * RowLength) + i] = (float)taps[i]; }
        }

        return table;
    }

    private static void Straighten(Span<double> taps, double fraction)
    {
        var (sum, moment) = (0.0, 0.0);
        for (var i = 0; i < Taps; i++)
        {
            sum += taps[i];
            moment += taps[i] * (i - Before - fraction);
        }

        foreach (ref var tap in taps) { tap /= sum; }
        taps[Before] += moment / sum;
        taps[Before + 1] -= moment / sum;
    }

    private static double Lanczos(double x)
    {
        if (Math.Abs(x) < 1e-9) { return 1; }
        if (Math.Abs(x) >= 3) { return 0; }
        var t = Math.PI * x;
        return 3 * Math.Sin(t) * Math.Sin(t / 3) / (t * t);
    }
}
