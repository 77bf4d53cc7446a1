using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>A source of a frame whose place can be trusted.</summary>
/// <param name="X">Pixel, from 1.</param>
/// <param name="Y">Pixel, from 1.</param>
/// <param name="Error">One sigma of its place along an axis, pixels.</param>
/// <param name="Flux">In the frame's unit.</param>
internal readonly record struct FrameStar(double X, double Y, double Error, double Flux);

/// <summary>A frame, what its header says of the sky, and its sources from the brightest to the faintest.</summary>
internal sealed record StarryFrame(TaskInput Input, FitsHeader Header, int Width, int Height, TanWcs Wcs, IReadOnlyList<FrameStar> Stars)
{
    /// <summary>What the chips of one exposure share: when the header names no exposure, the frame is one by itself.</summary>
    public string Exposure => Header.GetString("EXPID", Header.GetString("DATE-OBS", Input.Id));

    /// <summary>The chip: frames of one share their distortion.</summary>
    public string Chip => Input.Metadata.GetString("chip", Header.GetString("CHIP", ""));

    /// <summary>The sky position of the frame's middle by its header.</summary>
    public (double Ra, double Dec) Middle => Wcs.PixelToSky(0.5 * (Width + 1), 0.5 * (Height + 1));

    /// <summary>Half of its diagonal, arc seconds.</summary>
    public double Radius => 0.5 * Math.Sqrt(((double)Width * Width) + ((double)Height * Height)) * Wcs.PixelScale;

    /// <summary>When it was exposed, in years; null when its header does not say it.</summary>
    public double? Year => Header.TryGet("MJD-OBS", out var mjd) && mjd.TryGetDouble(out var days)
        ? 2000 + ((days - 51544.5) / 365.25)
        : DateTime.TryParse(Header.GetString("DATE-OBS", ""), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var date)
            ? 2000 + ((date - new DateTime(2000, 1, 1, 12, 0, 0, DateTimeKind.Utc)).TotalDays / 365.25)
            : null;

    // Pixels. Photons would place the brightest stars better than that, but pixels are not alike, and a windowed centroid is off by some thousandths.
    private const double ErrorMin = 0.003;

    /// <summary>Finds a frame's sources as <c>SourceList</c> does, with a higher threshold, and keeps those that are whole: no bad pixel, not saturated, not at an edge, no cosmic ray.</summary>
    public static StarryFrame Read(TaskInput input, double signalToNoiseMin)
    {
        var image = FitsReader.ReadImage(input.Path);
        var wcs = TanWcs.FromHeader(image.Header);
        if (wcs.Crval2 is < -90 or > 90) { throw RecipeException.BadFile($"{input.FileName}: CRVAL2 is {wcs.Crval2}; a declination is from -90 to 90 degrees."); }
        var options = new ExtractionOptions(
            new BackgroundOptions(),
            DetectionOptions.Default with { Threshold = Math.Clamp(0.3 * signalToNoiseMin, 1.5, 5) },
            new MeasurementOptions(image.Header.GetDouble("GAIN", 0), image.Header.GetDouble("SATURATE", double.PositiveInfinity), ApertureDiameter: 12),
            FindSections: false);
        var found = SourceExtraction.Extract(image, WeightExtension.Read(input.Path, image), options)
            ?? throw RecipeException.BadFile($"{input.FileName}: no part of the image has enough good pixels for a background.");
        return new StarryFrame(input, image.Header, image.Width, image.Height, wcs, Trusted(found.Sources, signalToNoiseMin));
    }

    private static List<FrameStar> Trusted(IReadOnlyList<Source> sources, double signalToNoiseMin)
    {
        const SourceFlags Spoiled = SourceFlags.Saturated | SourceFlags.Edge | SourceFlags.BadPixel | SourceFlags.CentroidIsophotal;
        var good = sources.Where(s => (s.Flags & Spoiled) == 0 && s.FluxAuto.SignalToNoise >= signalToNoiseMin && s.XError > 0 && s.YError > 0).ToArray();
        var width = RobustStatistics.Median([.. good.Select(s => (float)s.Fwhm)]);

        // Nothing that came through the telescope is much sharper than the stars.
        return
        [
            .. good.Where(s => s.Fwhm > 0.6 * width).OrderByDescending(s => s.FluxAuto.Value)
                .Select(s => new FrameStar(s.X + 1, s.Y + 1, Math.Sqrt((0.5 * ((s.XError * s.XError) + (s.YError * s.YError))) + (ErrorMin * ErrorMin)), s.FluxAuto.Value)),
        ];
    }
}
