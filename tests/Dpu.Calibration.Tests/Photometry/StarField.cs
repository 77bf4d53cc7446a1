using Dpu.Calibration.Contract;
using Dpu.Calibration.Simulation;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Tests.Photometry;

/// <summary>A star of the field; degrees, and the magnitude above the atmosphere.</summary>
internal sealed record FieldStar(double Ra, double Dec, double Magnitude);

/// <summary>How a frame of the field was taken.</summary>
internal sealed record Exposure(string Name)
{
    public string Chip { get; init; } = "ccd50";

    public double ZeroPoint { get; init; } = 25;

    public double Extinction { get; init; }

    public double Airmass { get; init; } = 1;

    /// <summary>Where the middle of the field lies, pixels from the middle of the frame.</summary>
    public (double X, double Y) Offset { get; init; }

    public double Fwhm { get; init; } = 3.5;

    public double Mjd { get; init; } = 51662;

    /// <summary>What stars lose at a place of the frame (pixels from 1), magnitudes.</summary>
    public Func<double, double, double> Illumination { get; init; } = (_, _) => 0;

    /// <summary>What a star has more than its magnitude, by its number.</summary>
    public Func<int, double> Change { get; init; } = _ => 0;

    public Action<FitsHeader> Header { get; init; } = _ => { };
}

/// <summary>
/// Stars of known magnitudes far from each other, and reduced frames of them with the noise of photons and read-out, so that what a photometric recipe
/// should find is known and nothing but its own errors can be in the way.
/// </summary>
internal sealed class StarField
{
    public const double Seconds = 60;
    public const double SkyPerSecond = 8;
    private const double ReadNoiseElectrons = 6;
    private const double Spacing = 40;

    private readonly SkyFrames _files;
    private readonly int _seed;

    /// <param name="files">Where frames are written.</param>
    /// <param name="seed">Of places, magnitudes and noise.</param>
    /// <param name="width">Of a frame, pixels.</param>
    /// <param name="height">Of a frame, pixels.</param>
    /// <param name="margin">How far stars lie beyond the frame when it is in the middle, pixels.</param>
    public StarField(SkyFrames files, int seed, int width = 320, int height = 320, double margin = 0, double brightest = 15, double faintest = 18.5)
    {
        (_files, _seed, Width, Height) = (files, seed, width, height);
        var noise = new SeededNoise((ulong)seed, 77);
        var middle = SkyFrames.Wcs(0, 0, 0, width, height);
        var stars = new List<FieldStar>();
        for (var y = (0.5 * Spacing) - margin; y < height + margin; y += Spacing)
        {
            for (var x = (0.5 * Spacing) - margin; x < width + margin; x += Spacing)
            {
                var (ra, dec) = middle.PixelToSky(x + noise.Uniform(-5, 5), y + noise.Uniform(-5, 5));
                stars.Add(new FieldStar(ra, dec, noise.Uniform(brightest, faintest)));
            }
        }

        Stars = stars;
    }

    public int Width { get; }

    public int Height { get; }

    public IReadOnlyList<FieldStar> Stars { get; }

    public TaskInput Frame(Exposure exposure)
    {
        var image = new FitsImage(Width, Height);
        var noise = new SeededNoise((ulong)_seed, 78, Number(exposure.Name));
        var wcs = SkyFrames.Wcs(0, exposure.Offset.X, exposure.Offset.Y, Width, Height);
        var painter = new StarPainter(Width, Height, exposure.Fwhm);
        image.Pixels.AsSpan().Fill((float)(SkyPerSecond * Seconds));
        for (var i = 0; i < Stars.Count; i++)
        {
            var (x, y) = wcs.SkyToPixel(Stars[i].Ra, Stars[i].Dec)!.Value;
            var magnitude = Stars[i].Magnitude + exposure.Change(i) + (exposure.Extinction * exposure.Airmass) + exposure.Illumination(x, y);
            painter.Add(image.Pixels, x - 1, y - 1, Seconds * Math.Pow(10, -0.4 * (magnitude - exposure.ZeroPoint)));
        }

        foreach (ref var pixel in image.Pixels.AsSpan())
        {
            pixel = (float)((pixel + (Math.Sqrt(pixel + (ReadNoiseElectrons * ReadNoiseElectrons)) * noise.Normal())) / Seconds);
        }

        Describe(image.Header, exposure, wcs);
        var input = _files.Write(exposure.Name, image, "reduced");
        input.Metadata["chip"] = exposure.Chip;
        return input;
    }

    /// <summary>A catalog of every n-th star, with errors of its own.</summary>
    public TaskInput Standards(int every = 1, double error = 0.01, string column = "MAG_842", string folder = "")
    {
        var noise = new SeededNoise((ulong)_seed, 79);
        var stars = Stars.Where((_, i) => i % every == 0).ToArray();
        double[] Each(Func<FieldStar, double> value) => [.. stars.Select(value)];
        var table = new FitsTable(
        [
            FitsColumn.Of("RA", Each(s => s.Ra), "deg"),
            FitsColumn.Of("DEC", Each(s => s.Dec), "deg"),
            FitsColumn.Of(column, Each(s => s.Magnitude + (error * noise.Normal())), "mag"),
            FitsColumn.Of(column.Replace("MAG", "MAGERR", StringComparison.Ordinal), Each(_ => error), "mag"),
        ]);
        return _files.WriteTable("standards" + folder, table, "standards");
    }

    private static int Number(string name) => name.Aggregate(17, (number, c) => unchecked((number * 31) + c));

    private static void Describe(FitsHeader header, Exposure exposure, TanWcs wcs)
    {
        wcs.WriteTo(header);
        header.Set("INSTRUME", "WFI");
        header.Set("CHIP", exposure.Chip);
        header.Set("FILTER", "#842");
        header.Set("BUNIT", "count/s");
        header.Set("EXPTIME", Seconds);
        header.Set("GAIN", Seconds);
        header.Set("SATURATE", 100_000 / Seconds);
        header.Set("EXPID", exposure.Name);
        header.Set("MJD-OBS", exposure.Mjd);
        header.Set("AIRMASS", exposure.Airmass);
        header.Set("PRODTYPE", "reduced");
        header.Set("RA_TARG", SkyFrames.Ra);
        header.Set("DEC_TARG", SkyFrames.Dec);
        header.Set("FLATLEV", 40_000.0);
        exposure.Header(header);
    }
}
