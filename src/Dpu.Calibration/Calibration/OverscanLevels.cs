using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;

namespace Dpu.Calibration.Calibration;

/// <summary>What an amplifier's overscan says is to be taken from its data: one level, or one for each row or column.</summary>
internal sealed class OverscanLevels
{
    private const int SmoothingLines = 51;
    private readonly float[]? _lines;
    private readonly bool _areColumns;
    private readonly float _level;

    private OverscanLevels(float level, float[]? lines, bool areColumns, double noise, int count)
    {
        (_level, _lines, _areColumns, Noise, Count) = (level, lines, areColumns, noise, count);
        Mean = lines is null ? level : RobustStatistics.MeanAndSigma(lines).Mean;
    }

    /// <summary>ADU.</summary>
    public double Mean { get; }

    /// <summary>Clipped scatter of the overscan's pixels, ADU; NaN when it is not used.</summary>
    public double Noise { get; }

    /// <summary>Pixels that the level rests on.</summary>
    public int Count { get; }

    /// <summary>Standard error of the mean level, ADU; 0 when nothing is taken away.</summary>
    public double Error => Count > 0 ? Noise / Math.Sqrt(Count) : 0;

    /// <summary>A level for each column, of the amplifier's data from its left; null where one level holds for a row.</summary>
    public float[]? Columns => _areColumns ? _lines : null;

    /// <summary>The level of a row of the amplifier's data, counted from its first; where there are levels of columns they count instead.</summary>
    public float Row(int y) => _lines is null || _areColumns ? _level : _lines[y];

    /// <summary>The level at a pixel of the amplifier's data.</summary>
    public float At(int x, int y) => _areColumns ? _lines![x] : Row(y);

    /// <param name="method">How.</param>
    /// <param name="amplifier">Whose.</param>
    /// <param name="overscan">Every pixel of its overscan, row by row; is reordered.</param>
    /// <param name="path">For messages.</param>
    public static OverscanLevels Of(OverscanMethod method, Amplifier amplifier, float[] overscan, string path)
    {
        if (method == OverscanMethod.None)
        {
            return new OverscanLevels(0, null, false, double.NaN, 0);
        }
        var lines = method == OverscanMethod.Rows ? Lines(amplifier, overscan) : null;
        var finite = overscan.AsSpan(0, RobustStatistics.CopyFinite(overscan, overscan));
        if (finite.IsEmpty || (lines is not null && Array.TrueForAll(lines, float.IsNaN)))
        {
            throw RecipeException.BadFile($"{path}: no pixel of the overscan {amplifier.Overscan} has a value; BiasFrame.process_params.OVERSCAN_CORRECTION=none works without.");
        }
        var all = RobustStatistics.SigmaClip(finite);
        return new OverscanLevels((float)all.Mean, lines is null ? null : Smoothed(lines), lines is not null && amplifier.HasColumnOverscan, all.Sigma, all.Count);
    }

    /// <summary>The median beside each row (above or below each column) of the data; NaN where there is no overscan.</summary>
    private static float[] Lines(Amplifier amplifier, float[] pixels)
    {
        var (data, overscan, across) = (amplifier.Data, amplifier.Overscan!.Value, amplifier.HasColumnOverscan);
        var lines = new float[across ? data.Width : data.Height];
        var values = new float[across ? overscan.Height : overscan.Width];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = across ? data.X + i - overscan.X : data.Y + i - overscan.Y;
            if (line < 0 || line >= (across ? overscan.Width : overscan.Height))
            {
                lines[i] = float.NaN;
                continue;
            }
            for (var j = 0; j < values.Length; j++)
            {
                values[j] = across ? pixels[(j * overscan.Width) + line] : pixels[(line * overscan.Width) + j];
            }
            lines[i] = (float)RobustStatistics.Median(values.AsSpan(0, RobustStatistics.CopyFinite(values, values)));
        }
        return lines;
    }

    private static float[] Smoothed(float[] medians)
    {
        var levels = new float[medians.Length];
        var window = new float[SmoothingLines];
        for (var i = 0; i < medians.Length; i++)
        {
            var first = Math.Max(0, i - (SmoothingLines / 2));
            var last = Math.Min(medians.Length, i + (SmoothingLines / 2) + 1);
            var count = RobustStatistics.CopyFinite(medians.AsSpan(first, last - first), window);
            levels[i] = (float)RobustStatistics.SigmaClip(window.AsSpan(0, count)).Mean;
        }
        return levels;
    }
}
