using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

internal enum OverscanMethod
{
    /// <summary>The level stays in the frame; a bias made so takes it away.</summary>
    None,

    /// <summary>One level for the frame: the median of the overscan.</summary>
    Median,

    /// <summary>
    /// A level for each row, smoothed over neighbouring rows: for amplifiers that drift while they read. Where the overscan stands above or below the
    /// data, a level for each column.
    /// </summary>
    Rows,
}

/// <summary>
/// The bias level of a frame as its overscan has it. A bias and the frames that it is subtracted from need the same method, so that
/// every product says how it was made (card <c>OVSCMODE</c>), and what uses a bias does as the bias says.
/// </summary>
internal static class OverscanCorrection
{
    public const string Card = "OVSCMODE";

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
}
