using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>An image less its background, with the stars on it that are bright, alone and whole.</summary>
internal sealed class StarImage
{
    private const int CellSize = 64;
    private const double Threshold = 5;
    private readonly int[] _owners;

    private StarImage(FitsImage image, BackgroundMap background, double gain, int[] owners, IReadOnlyList<(Source Source, int Owner)> stars, double fwhm)
    {
        (Image, Background, Gain, _owners, Stars, Fwhm) = (image, background, gain, owners, stars, fwhm);
    }

    public FitsImage Image { get; }

    public BackgroundMap Background { get; }

    /// <summary>Electrons per unit of the image; 0 when not known.</summary>
    public double Gain { get; }

    /// <summary>The stars and the numbers of their pixels' owners, the brightest first.</summary>
    public IReadOnlyList<(Source Source, int Owner)> Stars { get; }

    /// <summary>Median width of the stars, pixels; NaN without any.</summary>
    public double Fwhm { get; }

    public Surroundings Around(int owner) => new(Image, _owners, owner);

    public static IReadOnlyList<ProcessParameter> Parameters(string prefix) =>
    [
        new(prefix + "SNR_MIN", "50", "signal to noise that a star needs"),
        new(prefix + "STARS_MAX", "200", "how many stars are used, the brightest"),
        new(prefix + "STARS_MIN", "3", "how many stars are needed"),
        new(prefix + "ISOLATION", "3.0", "how far off any other source of a hundredth of the light must be, in widths of the stars"),
    ];

    /// <summary>Reads an image and its weights, takes its background off and finds the stars; they are as many as the parameters ask for.</summary>
    public static StarImage Open(TaskContext context, TaskInput input, string prefix)
    {
        var found = Read(context, input, prefix) ?? throw RecipeException.BadFile($"{input.FileName}: no part of the image has enough good pixels for a background.");
        return found.Stars.Count >= Needed(context, prefix) ? found : throw RecipeException.BadFile(
            $"{input.FileName}: {found.Stars.Count} stars are bright, alone and not saturated; {Needed(context, prefix)} are needed ({prefix}STARS_MIN; SNR_MIN and ISOLATION say which count).");
    }

    /// <summary>Null when there are too few stars, or no pixels.</summary>
    public static StarImage? TryOpen(TaskContext context, TaskInput input, string prefix) =>
        Read(context, input, prefix) is { } found && found.Stars.Count >= Needed(context, prefix) ? found : null;

    private static int Needed(TaskContext context, string prefix) => Math.Max(1, context.Pars.Integer(prefix + "STARS_MIN"));

    private static StarImage? Read(TaskContext context, TaskInput input, string prefix)
    {
        var image = FitsReader.ReadImage(input.Path);
        var weights = WeightExtension.Read(input.Path, image);
        for (var i = 0; weights is not null && i < image.Pixels.Length; i++)
        {
            if (!(weights.Pixels[i] > 0)) { image.Pixels[i] = float.NaN; }
        }

        if (BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, new BackgroundOptions(CellSize)) is not { } background) { return null; }
        background.SubtractFrom(image.Pixels, image.Width);
        if (weights is not null) { background.UseWeights(image, weights, new BackgroundOptions(CellSize)); }
        return Find(context, image, background, prefix);
    }

    private static StarImage Find(TaskContext context, FitsImage image, BackgroundMap background, string prefix)
    {
        var detections = SourceDetector.Detect(image, background, DetectionOptions.Default with { Threshold = Threshold });
        var gain = image.Header.GetDouble("GAIN", 0);
        var sources = SourceMeasurer.Measure(
            image, background, detections, new MeasurementOptions(gain, image.Header.GetDouble("SATURATE", double.PositiveInfinity), 8));
        var owners = new int[image.Pixels.Length];
        for (var i = 0; i < detections.Count; i++)
        {
            foreach (var pixel in detections[i].Pixels) { owners[pixel] = i + 1; }
        }

        var snr = context.Pars.Positive(prefix + "SNR_MIN");
        var candidates = Enumerable.Range(0, sources.Count).Where(i => sources[i].Flags == SourceFlags.None && sources[i].FluxAuto.SignalToNoise >= snr).ToList();
        var (fwhm, sigma) = Locus([.. candidates.Select(i => (float)sources[i].Fwhm)]);
        var reach = context.Pars.Positive(prefix + "ISOLATION") * fwhm;
        var stars = candidates
            .Where(i => Math.Abs(sources[i].Fwhm - fwhm) <= sigma && IsInside(sources[i], image, reach) && IsAlone(sources, i, reach))
            .OrderByDescending(i => sources[i].FluxAuto.Value)
            .Take(Math.Max(1, context.Pars.Integer(prefix + "STARS_MAX")))
            .Select(i => (sources[i], i + 1));
        return new StarImage(image, background, gain, owners, [.. stars], fwhm);
    }

    /// <summary>Where the stars are in width: galaxies are wider, cosmic rays narrower.</summary>
    private static (double Fwhm, double Reach) Locus(float[] widths)
    {
        if (widths.Length == 0) { return (double.NaN, double.NaN); }
        var median = RobustStatistics.Median(widths);
        var sigma = RobustStatistics.SigmaFromMad(widths, median);
        return (median, Math.Max(4 * sigma, 0.05 * median));
    }

    private static bool IsInside(Source s, FitsImage image, double reach) =>
        s.X >= reach && s.Y >= reach && s.X <= image.Width - 1 - reach && s.Y <= image.Height - 1 - reach;

    private static bool IsAlone(IReadOnlyList<Source> sources, int star, double reach)
    {
        var s = sources[star];
        for (var i = 0; i < sources.Count; i++)
        {
            var (dx, dy) = (sources[i].X - s.X, sources[i].Y - s.Y);
            if (i != star && (dx * dx) + (dy * dy) < reach * reach && sources[i].FluxIso.Value > 0.01 * s.FluxIso.Value) { return false; }
        }

        return true;
    }
}
