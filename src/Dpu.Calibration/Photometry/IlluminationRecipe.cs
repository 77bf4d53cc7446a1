using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// How unevenly a chip's flat field was lit: stray light in the flats makes stars too faint where there is much of it. A polynomial in the position,
/// from stars that were seen at several places of the chip, and from standard stars, whose magnitudes are known: <c>m = m₀ + e + P(x, y)</c>,
/// a level for each star and an offset for each exposure. Without standards a gradient over the chip looks like an offset of each dithered exposure (all stars move by
/// the same step): what tells them apart then is how steady the night was, EXPOSURE_ERROR, which the stated error contains. The product is a map of what to divide the flux of stars by, its mean magnitude 0; uniform
/// light and zero point stay out of it. The stated error is the rms over the chip of the map's formal error, from the covariance of
/// the fit, the scatter that the stars' own errors do not explain included.
/// </summary>
internal sealed class IlluminationRecipe : IRecipe
{
    private const string Prefix = "IlluminationCorrection.process_params.";

    // Where on the chip errors are evaluated: a grid of this many cells a side.
    private const int Probes = 16;

    public string Name => "Illumination";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "ORDER", "2", "order of the polynomial, 1 to 5"),
        new(Prefix + "SIGMA_CLIP", "4.0", "measurements whose residual exceeds this many sigma are left out"),
        new(Prefix + "ERROR_MAX", "0.05", "largest error of an instrumental magnitude that is used"),
        new(Prefix + "EXPOSURE_ERROR", "0.01", "how much the transparency differs from exposure to exposure, magnitudes; counts where no standard stars tell it"),
        new(Prefix + "RESULT_ERROR_MAX", "0.05", "a map of a larger error is refused: whatever it would correct, it would make worse"),
        .. CatalogMaker.Parameters,
    ];

    public void Run(TaskContext context)
    {
        var order = context.Pars.Integer(Prefix + "ORDER");
        if (order is < 1 or > IlluminationSurface.OrderMax) { throw RecipeException.Wrong($"pars: {Prefix}ORDER is {order}; 1 to {IlluminationSurface.OrderMax} is needed."); }
        var maker = new CatalogMaker(context);
        var catalogs = maker.All("photcat");
        Check(catalogs);
        context.Log("Making IlluminationCorrection object");
        var fit = Solve(context, catalogs, order, out var sightings);
        var (width, height) = (catalogs[0].Width, catalogs[0].Height);
        var surface = new IlluminationSurface(order, width, height, fit.Parameters[..IlluminationSurface.Count(order)]);
        Save(context, maker.InputsOf(catalogs), catalogs[0].Chip, surface, fit, sightings);
    }

    private static void Check(IReadOnlyList<Photcat> catalogs)
    {
        PhotometricStars.CheckFilter(catalogs);
        var first = catalogs[0];
        if (catalogs.FirstOrDefault(c => (c.Chip, c.Width, c.Height) != (first.Chip, first.Width, first.Height)) is { } odd)
        {
            throw RecipeException.Wrong($"{odd.Name} is of chip {odd.Chip}, {odd.Width} x {odd.Height} pixels, {first.Name} of {first.Chip}, {first.Width} x {first.Height}: an illumination is that of one chip.");
        }
    }

    private static MagnitudeSolution Solve(TaskContext context, IReadOnlyList<Photcat> catalogs, int order, out IReadOnlyList<Sighting> used)
    {
        var sightings = PhotometricStars.Identify(catalogs, context.Pars.Positive(CatalogMaker.Prefix + "RADIUS"), context.Pars.Positive(Prefix + "ERROR_MAX"));
        used = sightings;
        var exposures = PhotometricStars.Exposures(catalogs);
        var (terms, count) = (IlluminationSurface.Count(order), exposures.Max() + 1);
        FitTerm[] Terms(Sighting s)
        {
            var values = new double[terms];
            IlluminationSurface.Terms(order, catalogs[s.Catalog].Width, catalogs[s.Catalog].Height, s.Star.X, s.Star.Y, values);
            return [.. values.Select((v, i) => new FitTerm(i, v)), new FitTerm(terms + exposures[s.Catalog], 1)];
        }

        // As the frame has it: what an earlier map corrected must not be missing here.
        var data = PhotometricData.Of(sightings, exposures, s => s.Star.Instrumental, Terms);
        var untied = PhotometricData.Untied(sightings, count, s => exposures[s.Catalog]).Select(set => set.Select(e => terms + e).ToArray()).ToArray();
        var steadiness = context.Pars.Positive(Prefix + "EXPOSURE_ERROR");
        data.AddRange(untied.SelectMany(set => set).Select(e => new MagnitudeDatum(-1, -1 - int.MaxValue + e, 0, steadiness, [new(e, 1)])));
        var standards = sightings.Where(s => s.Star.IsStandard).Select(s => s.Identity).Distinct().Count();
        context.Log($"Using {sightings.Select(s => s.Identity).Distinct().Count()} stars, {standards} of them standards, of {catalogs.Count} frames");
        return MagnitudeFit.Solve(data, terms + count, context.Pars.Positive(Prefix + "SIGMA_CLIP"), untied) is { Freedom: > 0 } fit ? fit : throw RecipeException.BadFile(
            $"{catalogs[0].Name}{(catalogs.Count > 1 ? $" and {catalogs.Count - 1} more" : "")}: too few stars at several places of the chip for a polynomial of order {order}. Dithered frames, a catalog of standards ({CatalogMaker.Prefix}REFCAT) or a lower {Prefix}ORDER would help.");
    }

    private static void Save(TaskContext context, IReadOnlyList<TaskInput> inputs, string chip, IlluminationSurface surface, MagnitudeSolution fit, IReadOnlyList<Sighting> sightings)
    {
        var header = CalibrationProduct.NewHeader(context, PhotometricProduct.HeaderOf(inputs[0]), "illumination", inputs);
        foreach (var key in (string[])["EXPTIME", "GAIN", "RDNOISE", "SATURATE"]) { header.Remove(key); }
        surface.WriteTo(header);
        var (mean, worst) = Errors(surface, fit);
        var errorMax = context.Pars.Positive(Prefix + "RESULT_ERROR_MAX");
        if (mean > errorMax)
        {
            throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
                $"{inputs[0].FileName}{(inputs.Count > 1 ? $" and {inputs.Count - 1} more" : "")}: the map's error would be {mean:F3} mag, {Prefix}RESULT_ERROR_MAX allows {errorMax}. More stars, wider dithers, standards or a lower {Prefix}ORDER would help."));
        }

        header.Set("ILLERR", mean, "[mag] rms error over the chip");
        header.Set("ILLWORST", worst, "[mag] largest error on the chip");
        header.Set("SCATTER", fit.Extra, "[mag] beyond the stars' own errors");
        header.AddComment("Divide the flux of stars, background subtracted, by this");
        var image = Map(surface, header);
        var (low, high) = (Extreme(surface, -1), Extreme(surface, 1));
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"The illumination for ccd {chip} is : {low:F4} to {high:F4} (mag), error {mean:F4} (rms), {worst:F4} (worst), scatter {fit.Extra:F4}"));
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["illuminationmin"] = low;
        metadata["illuminationmax"] = high;
        metadata["illuminationerror"] = mean;
        metadata["stars"] = sightings.Select(s => s.Identity).Distinct().Count();
        CalibrationProduct.Write(context, "illumination", image, FitsPixelType.Float32, metadata, inputs);
    }

    private static FitsImage Map(IlluminationSurface surface, FitsHeader header)
    {
        var image = new FitsImage(surface.Width, surface.Height, header);
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < row.Length; x++) { row[x] = (float)Math.Pow(10, -0.4 * surface.At(x + 1, y + 1)); }
        }

        return image;
    }

    private static double Extreme(IlluminationSurface surface, int sign) =>
        sign * Places(surface).Max(p => sign * surface.At(p.X, p.Y));

    private static (double Rms, double Worst) Errors(IlluminationSurface surface, MagnitudeSolution fit)
    {
        var terms = new double[IlluminationSurface.Count(surface.Order)];
        var variances = new List<double>();
        foreach (var (x, y) in Places(surface))
        {
            IlluminationSurface.Terms(surface.Order, surface.Width, surface.Height, x, y, terms);
            var variance = 0.0;
            for (var i = 0; i < terms.Length; i++)
            {
                for (var j = 0; j < terms.Length; j++) { variance += terms[i] * terms[j] * fit.Covariance[i, j]; }
            }

            variances.Add(variance);
        }

        return (Math.Sqrt(variances.Average()), Math.Sqrt(variances.Max()));
    }

    private static IEnumerable<(double X, double Y)> Places(IlluminationSurface surface)
    {
        for (var i = 0; i < Probes * Probes; i++)
        {
            yield return (0.5 + (surface.Width * ((i % Probes) + 0.5) / Probes), 0.5 + (surface.Height * ((i / Probes) + 0.5) / Probes));
        }
    }
}
