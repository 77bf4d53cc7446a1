using Dpu.Calibration.Contract;
using Dpu.Calibration.Tests.Calibration;
using Dpu.Calibration.Tests.Imaging;
using Dpu.Calibration.Tests.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Tests.Astrometry;

/// <summary>A field of stars with a seed, frames that look at it, and reference catalogs of it.</summary>
internal sealed class StarField : IDisposable
{
    public const int Width = 480;
    public const int Height = 560;
    public const double Scale = 0.238;
    private const double Noise = 0.5;

    private readonly SkyFrames _files;
    private readonly string _folder = Directory.CreateTempSubdirectory("dpu-stars-").FullName;

    /// <param name="desk">Where recipes are run.</param>
    /// <param name="count">Stars over a square of <paramref name="sideArcseconds"/>.</param>
    public StarField(Observatory desk, double ra, double dec, int count = 260, double sideArcseconds = 260, int seed = 1)
    {
        _files = new SkyFrames(desk);
        (Ra, Dec) = (ra, dec);
        var random = new Random(seed);
        var plane = new TanWcs(ra, dec, 0, 0, 1, 0, 0, 1);
        for (var i = 0; i < count; i++)
        {
            var (east, north) = ((random.NextDouble() - 0.5) * sideArcseconds / 3600, (random.NextDouble() - 0.5) * sideArcseconds / 3600);
            var (starRa, starDec) = plane.PlaneToSky(east, north);

            // Twice as many stars of half the flux.
            Stars.Add((starRa, starDec, 150 / Math.Max(0.005, random.NextDouble())));
        }
    }

    public double Ra { get; }

    public double Dec { get; }

    public List<(double Ra, double Dec, double Flux)> Stars { get; } = [];

    public SkyFrames Files => _files;

    /// <summary>North up, east left, turned; the field's middle lies (dx, dy) pixels from the frame's.</summary>
    public TanWcs Wcs(double turned = 0, double dx = 0, double dy = 0, double scale = Scale)
    {
        var (sin, cos) = Math.SinCos(turned * Math.PI / 180);
        var step = scale / 3600;
        return new TanWcs(Ra, Dec, (0.5 * (Width + 1)) + dx, (0.5 * (Height + 1)) + dy, -step * cos, step * sin, step * sin, step * cos);
    }

    /// <summary>A reduced frame seen through <paramref name="truth"/> whose header says <paramref name="told"/>.</summary>
    public TaskInput Frame(string name, TanWcs truth, TanWcs told, int seed = 1, string chip = Observatory.Chip, string? exposure = null)
    {
        var seen = Stars.Where(star => truth.SkyToPixel(star.Ra, star.Dec) is { } at && at.X > -20 && at.X < Width + 20 && at.Y > -20 && at.Y < Height + 20);
        var frame = _files.Reduced(name, truth, Width, Height, sky: 8, Noise, seen, seed, header: header =>
        {
            told.WriteTo(header);
            header.Set("EXPID", exposure ?? name);
            header.Set("CHIP", chip);
            header.Set("MJD-OBS", 51544.5 + (20 * 365.25));
        });
        frame.Metadata["chip"] = chip;
        frame.Metadata["exposure"] = exposure ?? name;
        return frame;
    }

    /// <summary>Where the catalog's stars are, each off by a normal error.</summary>
    public List<(double Ra, double Dec, double Magnitude)> Catalog(double errorArcseconds = 0, int seed = 7)
    {
        var random = new Random(seed);
        return
        [
            .. Stars.Select(star =>
            {
                var plane = new TanWcs(star.Ra, star.Dec, 0, 0, 1, 0, 0, 1);
                var (ra, dec) = plane.PlaneToSky(errorArcseconds / 3600 * Gaussian.Next(random), errorArcseconds / 3600 * Gaussian.Next(random));
                return (ra, dec, 25 - (2.5 * Math.Log10(star.Flux)));
            }),
        ];
    }

    public string FitsCatalog(IReadOnlyList<(double Ra, double Dec, double Magnitude)> stars, string name = "reference.fits", string ra = "RA", string dec = "DEC")
    {
        var path = PathOf(name);
        var table = new FitsTable([
            FitsColumn.Of(ra, [.. stars.Select(s => s.Ra)], "deg"), FitsColumn.Of(dec, [.. stars.Select(s => s.Dec)], "deg"), FitsColumn.Of("MAG", [.. stars.Select(s => (float)s.Magnitude)], "mag")]);
        FitsWriter.WriteTable(path, new FitsHeader(), table);
        return path;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public static Dictionary<string, string> RefCat(string path, params (string Name, string Value)[] more)
    {
        var pars = new Dictionary<string, string> { ["AstrometricParameters.process_params.REFCAT"] = path };
        foreach (var (name, value) in more) { pars["AstrometricParameters.process_params." + name] = value; }
        return pars;
    }

    /// <summary>The largest distance on the sky between two systems over a frame, arc seconds.</summary>
    public static double Worst(TanWcs one, TanWcs other) =>
        Grid().Max(pixel => Apart(one.PixelToSky(pixel.X, pixel.Y), other.PixelToSky(pixel.X, pixel.Y)));

    public static double Apart((double Ra, double Dec) a, (double Ra, double Dec) b)
    {
        var at = new TanWcs(a.Ra, a.Dec, 0, 0, 1, 0, 0, 1).SkyToPlane(b.Ra, b.Dec)!.Value;
        return 3600 * Math.Sqrt((at.East * at.East) + (at.North * at.North));
    }

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<(double X, double Y)> Grid() => from i in Enumerable.Range(0, 9) from j in Enumerable.Range(0, 9) select (1 + (i * (Width - 1) / 8.0), 1 + (j * (Height - 1) / 8.0));
}
