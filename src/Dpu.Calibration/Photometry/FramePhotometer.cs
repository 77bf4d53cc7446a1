using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// Measures the stars of a frame in one circular aperture. It is wide (five times the stars' width unless told), so that what seeing
/// puts outside is the same in all frames, and standards are bright enough to afford it.
/// </summary>
/// <param name="context">The task.</param>
/// <param name="parameters">The prefix of its parameters, <see cref="Parameters"/>.</param>
internal sealed class FramePhotometer(TaskContext context, string parameters)
{
    private const string Auto = "auto";
    private const double WidthsOfAperture = 5;
    private const double ApertureMin = 8;

    // Enough to tell the width of a frame's stars; fainter ones say less.
    private const double SignalToNoiseForWidth = 30;

    // A neighbour of a hundredth of the light changes a magnitude by 0.01, more than good flat fields do.
    private const double NeighbourPart = 0.01;

    public static IReadOnlyList<ProcessParameter> Parameters(string prefix) =>
    [
        new(prefix + "DETECT_THRESH", "5.0", "detection level above the background, in units of its noise"),
        new(prefix + "DETECT_MINAREA", "5", "least number of connected pixels above the level"),
        new(prefix + "APERTURE", Auto, "diameter of the aperture, pixels; auto: 5 times the median width of the stars, 8 at least"),
        new(prefix + "BACK_SIZE", "64", "side of a cell of the background mesh, pixels"),
    ];

    /// <summary>The stars of a frame; the image loses its background.</summary>
    public Photcat Measure(TaskInput input, FitsImage image)
    {
        var header = image.Header;
        var seconds = header.GetDouble("EXPTIME", input.Metadata.GetDouble("exptime", double.NaN));
        var perSecond = RateOf(header, input, seconds);
        var cell = context.Pars.Integer(parameters + "BACK_SIZE");
        if (cell < 8) { throw RecipeException.Wrong($"pars: {parameters}BACK_SIZE is {cell}; at least 8 is needed."); }
        var (sources, background, aperture, fwhm) = Sources(input, image, cell);
        context.Log(string.Create(CultureInfo.InvariantCulture, $"Aperture is : {aperture:F1} (pixels), median FWHM {fwhm:F2}, {sources.Count} sources"));
        return new Photcat
        {
            Name = input.FileName,
            Input = input,
            Chip = header.GetString("CHIP", input.Metadata.GetString("chip")),
            Filter = header.GetString("FILTER", input.Metadata.GetString("filter")),
            Exposure = header.GetString("EXPID", header.GetString("DATE-OBS", input.FileName)),
            Mjd = header.GetDouble("MJD-OBS", double.NaN),
            Airmass = Photcat.AirmassOf(header),
            Seconds = seconds,
            Aperture = aperture,
            Fwhm = fwhm,
            Sky = background.Level * perSecond,
            Width = image.Width,
            Height = image.Height,
            Stars = Stars(sources, image, aperture, fwhm, perSecond, background.Rms, (double)cell * cell),
        };
    }

    /// <summary>What brings the image's unit to one per second.</summary>
    private static double RateOf(FitsHeader header, TaskInput input, double seconds)
    {
        if (header.GetString("BUNIT", "").EndsWith("/s", StringComparison.OrdinalIgnoreCase)) { return 1; }
        return seconds > 0
            ? 1 / seconds
            : throw RecipeException.Wrong($"{input.FileName}: BUNIT is no rate and EXPTIME is no time above 0; one of them is needed for magnitudes.");
    }

    private (IReadOnlyList<Source> Sources, BackgroundMap Background, double Aperture, double Fwhm) Sources(TaskInput input, FitsImage image, int cell)
    {
        var background = BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, new BackgroundOptions(cell))
            ?? throw RecipeException.Wrong($"{input.FileName}: no part of the image has enough good pixels for a background.");
        background.SubtractFrom(image.Pixels, image.Width);
        var area = context.Pars.Integer(parameters + "DETECT_MINAREA");
        if (area < 1) { throw RecipeException.Wrong($"pars: {parameters}DETECT_MINAREA is {area}; at least 1 is needed."); }
        var detection = DetectionOptions.Default with { Threshold = context.Pars.Positive(parameters + "DETECT_THRESH"), AreaMin = area };
        var detections = SourceDetector.Detect(image, background, detection);
        var given = context.Pars.Text(parameters + "APERTURE").Equals(Auto, StringComparison.OrdinalIgnoreCase) ? (double?)null : context.Pars.Positive(parameters + "APERTURE");
        var (gain, saturation) = (image.Header.GetDouble("GAIN", 0), image.Header.GetDouble("SATURATE", double.PositiveInfinity));
        var sources = SourceMeasurer.Measure(image, background, detections, new MeasurementOptions(gain, saturation, given ?? ApertureMin));
        var fwhm = Width(sources);
        if (given is not null) { return (sources, background, given.Value, fwhm); }
        var aperture = Math.Max(ApertureMin, double.IsFinite(fwhm) ? WidthsOfAperture * fwhm : 0);
        return (SourceMeasurer.Measure(image, background, detections, new MeasurementOptions(gain, saturation, aperture)), background, aperture, fwhm);
    }

    private static double Width(IReadOnlyList<Source> sources)
    {
        var widths = sources.Where(s => s.Flags == SourceFlags.None && s.FluxAuto.SignalToNoise > SignalToNoiseForWidth).Select(s => (float)s.Fwhm).ToArray();
        return RobustStatistics.Median(widths);
    }

    private static TanWcs? SkyOf(FitsHeader header) =>
        header.GetString("CTYPE1", "").Contains("TAN", StringComparison.Ordinal) ? TanWcs.FromHeader(header) : null;

    private static PhotcatStar[] Stars(
        IReadOnlyList<Source> sources, FitsImage image, double aperture, double fwhm, double perSecond, double rms, double cellPixels)
    {
        var (wcs, radius) = (SkyOf(image.Header), 0.5 * aperture);
        var disturbed = Disturbed(sources, radius + (double.IsFinite(fwhm) ? fwhm : 0));
        var area = Math.PI * aperture * aperture / 4;
        return
        [
            .. sources.Select((s, i) =>
            {
                var sky = wcs?.PixelToSky(s.X + 1, s.Y + 1) ?? (double.NaN, double.NaN);
                var flux = s.FluxAper.Value * perSecond;
                // The background under all of the aperture is wrong by the same amount: that of a mean over a cell of the mesh.
                var error = Math.Sqrt((s.FluxAper.Error * s.FluxAper.Error) + (area * area * rms * rms / cellPixels)) * perSecond;
                return new PhotcatStar
                {
                    Number = i + 1, X = s.X + 1, Y = s.Y + 1, Ra = sky.Item1, Dec = sky.Item2, Fwhm = s.Fwhm,
                    Instrumental = flux > 0 ? -2.5 * Math.Log10(flux) : double.NaN,
                    Error = flux > 0 ? 2.5 / Math.Log(10) * error / flux : double.NaN,
                    Flags = (int)s.Flags | (disturbed[i] ? PhotcatStar.NeighbourFlag : 0) | (IsCut(s) ? (int)SourceFlags.ApertureIncomplete : 0),
                };
            }),
        ];

        bool IsCut(Source s) => s.X - radius < -0.5 || s.Y - radius < -0.5 || s.X + radius > image.Width - 0.5 || s.Y + radius > image.Height - 0.5;
    }

    private static bool[] Disturbed(IReadOnlyList<Source> sources, double reach)
    {
        var byX = Enumerable.Range(0, sources.Count).OrderBy(i => sources[i].X).ToArray();
        var disturbed = new bool[sources.Count];
        for (var a = 0; a < byX.Length; a++)
        {
            for (var b = a + 1; b < byX.Length && sources[byX[b]].X - sources[byX[a]].X < reach; b++)
            {
                var (one, other) = (sources[byX[a]], sources[byX[b]]);
                if (Math.Abs(one.Y - other.Y) >= reach) { continue; }
                disturbed[byX[a]] |= other.FluxIso.Value > NeighbourPart * one.FluxIso.Value;
                disturbed[byX[b]] |= one.FluxIso.Value > NeighbourPart * other.FluxIso.Value;
            }
        }

        return disturbed;
    }
}
