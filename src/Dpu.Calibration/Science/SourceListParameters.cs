using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>The process parameters of <c>SourceList</c>, and what an image's header says where they leave it to it.</summary>
internal static class SourceListParameters
{
    private const string Prefix = "SourceList.process_params.";
    private const string Auto = "auto";

    /// <summary>A 16-bit frame that says nothing saturates some counts below its range.</summary>
    private const double RawSaturation = 60_000;

    public static IReadOnlyList<ProcessParameter> All { get; } =
    [
        new(Prefix + "DETECT_THRESH", "1.5", "detection level above the background, in units of its noise"),
        new(Prefix + "DETECT_MINAREA", "5", "least number of connected pixels above the level"),
        new(Prefix + "FILTER", "pyramid", "smoothing before detection: pyramid (3 x 3), none, or the FWHM of a Gaussian in pixels"),
        new(Prefix + "DEBLEND_MINCONT", "0.005", "part of the flux that a summit must hold to be a source of its own; 1 never"),
        new(Prefix + "BACK_SIZE", "64", "side of a cell of the background mesh, pixels"),
        new(Prefix + "BACK_FILTERSIZE", "3", "side of the median filter over cells, odd"),
        new(Prefix + "PHOT_APERTURE", "12", "diameter of the fixed aperture, pixels"),
        new(Prefix + "MAG_ZEROPOINT", Auto, "magnitude of one unit of flux; auto: MAGZERO of the header, else 0"),
        new(Prefix + "GAIN", Auto, "electrons per unit of the image; auto: GAIN of the header, else 0, which leaves out the photons' noise"),
        new(Prefix + "SATUR_LEVEL", Auto, "level at which pixels saturate; auto: SATURATE of the header, else none (60000 in raw frames)"),
        new(Prefix + "SECTIONS", Auto, "auto: overscan and amplifiers are looked for in raw frames; none: never; find: in every image"),
    ];

    public static ExtractionOptions Extraction(ProcessParameters pars, FitsHeader header, bool isRaw)
    {
        var sections = pars.Choice(Prefix + "SECTIONS", Auto, "none", "find");
        return new ExtractionOptions(
            new BackgroundOptions(AtLeast(pars, "BACK_SIZE", 8), Odd(pars, "BACK_FILTERSIZE")),
            new DetectionOptions(
                pars.Positive(Prefix + "DETECT_THRESH"), AtLeast(pars, "DETECT_MINAREA", 1), Kernel(pars), pars.Positive(Prefix + "DEBLEND_MINCONT")),
            new MeasurementOptions(
                Number(pars, "GAIN", header, "GAIN", 0),
                Number(pars, "SATUR_LEVEL", header, "SATURATE", isRaw ? RawSaturation : double.PositiveInfinity),
                pars.Positive(Prefix + "PHOT_APERTURE")),
            sections == "find" || (sections == Auto && isRaw));
    }

    public static double ZeroPoint(ProcessParameters pars, FitsHeader header) => Number(pars, "MAG_ZEROPOINT", header, "MAGZERO", 0);

    private static double Number(ProcessParameters pars, string name, FitsHeader header, string keyword, double fallback) =>
        pars.Text(Prefix + name).Equals(Auto, StringComparison.OrdinalIgnoreCase)
            ? header.GetDouble(keyword, fallback)
            : pars.Number(Prefix + name);

    private static int AtLeast(ProcessParameters pars, string name, int least)
    {
        var value = pars.Integer(Prefix + name);
        return value >= least ? value : throw RecipeException.Wrong($"pars: {Prefix}{name} is {value}; at least {least} is needed.");
    }

    private static int Odd(ProcessParameters pars, string name)
    {
        var value = AtLeast(pars, name, 1);
        return value % 2 == 1 ? value : throw RecipeException.Wrong($"pars: {Prefix}{name} is {value}; an odd number is needed.");
    }

    private static DetectionKernel Kernel(ProcessParameters pars) => pars.Text(Prefix + "FILTER").ToUpperInvariant() switch
    {
        "PYRAMID" => DetectionKernel.Pyramid,
        "NONE" => DetectionKernel.None,
        _ => DetectionKernel.Gaussian(pars.Positive(Prefix + "FILTER")),
    };
}
