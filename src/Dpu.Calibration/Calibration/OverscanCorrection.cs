using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

internal enum OverscanMethod
{
    /// <summary>The level stays in the frame; a bias made so takes it away.</summary>
    None,

    /// <summary>One level for the frame: the median of the overscan.</summary>
    Median,

    /// <summary>A level for each row, smoothed over neighbouring rows: for amplifiers that drift while they read.</summary>
    Rows,
}

/// <summary>
/// The bias level of a frame as its overscan has it. A bias and the frames that it is subtracted from need the same method, so that
/// every product says how it was made (card <c>OVSCMODE</c>), and what uses a bias does as the bias says.
/// </summary>
internal static class OverscanCorrection
{
    public const string Card = "OVSCMODE";
    private const int SmoothingRows = 51;

    public static string Word(this OverscanMethod method) => method switch
    {
        OverscanMethod.None => "none",
        OverscanMethod.Median => "median",
        _ => "rows",
    };

    public static OverscanMethod Parse(string word) => word switch
    {
        "none" => OverscanMethod.None,
        "median" => OverscanMethod.Median,
        "rows" => OverscanMethod.Rows,
        _ => throw RecipeException.Wrong($"'{word}' is no overscan correction; none, median or rows is."),
    };

    /// <summary>How the frame behind a product's header was corrected; a product of others is taken as not corrected.</summary>
    public static OverscanMethod Of(FitsHeader product) => Parse(product.GetString(Card, "none"));

    /// <summary>The level to subtract from each row of the data section.</summary>
    /// <param name="method">How.</param>
    /// <param name="rowMedians">The median of the overscan in each of those rows; NaN where it has none.</param>
    /// <param name="all">Every pixel of the overscan; is reordered.</param>
    public static float[] Levels(OverscanMethod method, float[] rowMedians, Span<float> all)
    {
        var levels = new float[rowMedians.Length];
        switch (method)
        {
            case OverscanMethod.Median:
                levels.AsSpan().Fill((float)RobustStatistics.SigmaClip(all).Mean);
                break;
            case OverscanMethod.Rows:
                Smooth(rowMedians, levels);
                break;
            default:
                break;
        }
        return levels;
    }

    private static void Smooth(float[] medians, float[] levels)
    {
        var window = new float[SmoothingRows];
        for (var y = 0; y < medians.Length; y++)
        {
            var first = Math.Max(0, y - (SmoothingRows / 2));
            var last = Math.Min(medians.Length, y + (SmoothingRows / 2) + 1);
            var count = RobustStatistics.CopyFinite(medians.AsSpan(first, last - first), window);
            levels[y] = (float)RobustStatistics.SigmaClip(window.AsSpan(0, count)).Mean;
        }
    }
}
