using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// What an aperture misses of a star: the growth of the light with the radius, from stars that are bright and alone, relative to the widest aperture (<c>TOTAL</c> widths of the stars across). The correction of a radius is
/// what to subtract from magnitudes measured in it. Each star says it by itself; the stated error is the stars' scatter over √n, clipped ones left out.
/// </summary>
internal sealed class ApertureCorrectionRecipe : IRecipe
{
    private const string Prefix = "ApertureCorrection.process_params.";
    private const string Type = "aperture-correction";
    private const int Radii = 20;

    public string Name => "ApertureCorrection";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "APERTURE", "12", "diameter whose correction stands in the header, pixels"),
        new(Prefix + "TOTAL", "6.0", "diameter that holds all light, in widths of the stars"),
        .. StarImage.Parameters(Prefix),
    ];

    public void Run(TaskContext context)
    {
        foreach (var input in context.Required("image"))
        {
            context.Log("Making ApertureCorrection object");
            context.Log($"Using {FrameNames.ClassOf(input.Type)} {input.FileName}");
            var image = StarImage.Open(context, input, Prefix);
            var (aperture, total) = (context.Pars.Positive(Prefix + "APERTURE"), context.Pars.Positive(Prefix + "TOTAL") * image.Fwhm);
            if (aperture >= total)
            {
                throw RecipeException.Wrong(string.Create(CultureInfo.InvariantCulture,
                    $"pars: {Prefix}APERTURE is {aperture} pixels, but the widest aperture is {total:F1}, {Prefix}TOTAL times the stars' width of {image.Fwhm:F2}; a smaller one is needed."));
            }

            Save(context, input, image, aperture, [.. Enumerable.Range(1, Radii).Select(i => i * total / Radii), aperture]);
        }
    }

    /// <param name="Part">Of the light, mean over the stars.</param>
    private readonly record struct Growth(double Diameter, double Part, double Error, int Stars)
    {
        public double Correction => -2.5 * Math.Log10(Part);

        public double CorrectionError => 2.5 / Math.Log(10) * Error / Part;
    }

    private static void Save(TaskContext context, TaskInput input, StarImage image, double aperture, double[] diameters)
    {
        var total = diameters[Radii - 1];
        var parts = image.Stars.Select(s => Parts(image, s, diameters, total)).ToArray();
        var growth = diameters.Select((d, i) => Mean(d, [.. parts.Select(p => (float)p[i])])).ToArray();
        var asked = growth[^1];
        context.Log(string.Create(CultureInfo.InvariantCulture, $"The aperture correction of {aperture:F1} (pixels) is : {asked.Correction:F4} +- {asked.CorrectionError:F4} (mag), {asked.Stars} stars"));
        var header = new FitsHeader();
        header.Set("EXTNAME", "GROWTH", "");
        var table = new FitsTable(
        [
            FitsColumn.Of("DIAMETER", [.. growth.SkipLast(1).Select(g => g.Diameter)], "pixel"),
            FitsColumn.Of("PART", [.. growth.SkipLast(1).Select(g => g.Part)]),
            FitsColumn.Of("PARTERR", [.. growth.SkipLast(1).Select(g => g.Error)]),
            FitsColumn.Of("CORRECTION", [.. growth.SkipLast(1).Select(g => g.Correction)], "mag"),
            FitsColumn.Of("CORRECTIONERR", [.. growth.SkipLast(1).Select(g => g.CorrectionError)], "mag"),
        ], header);
        var path = context.Results.NewPath(FrameNames.Stem(input, Type), ".fits");
        FitsWriter.WriteTable(path, Header(context, input, image, asked, total), table);
        var metadata = input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exptime", "exposure");
        metadata["aperture"] = aperture;
        metadata["correction"] = asked.Correction;
        metadata["correctionerror"] = asked.CorrectionError;
        metadata["stars"] = asked.Stars;
        context.Results.Add(Type, path, Type, metadata, [input]);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static FitsHeader Header(TaskContext context, TaskInput input, StarImage image, Growth asked, double total)
    {
        var header = new FitsHeader();
        foreach (var key in (string[])["INSTRUME", "CHIP", "OBJECT", "FILTER", "DATE-OBS", "MJD-OBS", "EXPID", "PIXSCALE"])
        {
            if (image.Image.Header.TryGet(key, out var value)) { header.Set(key, value); }
        }

        header.Set("APERTURE", asked.Diameter, "[pixel] diameter");
        header.Set("APCOR", asked.Correction, "[mag] to subtract from magnitudes in APERTURE");
        if (double.IsFinite(asked.CorrectionError)) { header.Set("APCORERR", asked.CorrectionError, "[mag] one sigma of APCOR"); }
        header.Set("APTOTAL", total, "[pixel] diameter that is taken for all light");
        header.Set("SEEING", image.Fwhm, "[pixel] median FWHM of the stars");
        ScienceProduct.Describe(context, header, Type, [input]);
        return header;
    }

    private static double[] Parts(StarImage image, (Source Source, int Owner) star, double[] diameters, double total)
    {
        var pixels = image.Around(star.Owner);
        double Flux(double diameter) => EllipseAperture.Circle(star.Source.X, star.Source.Y, 0.5 * diameter).Sum(pixels).Flux;
        var all = Flux(total);
        return [.. diameters.Select(d => Flux(d) / all)];
    }

    private static Growth Mean(double diameter, float[] parts)
    {
        var kept = RobustStatistics.SigmaClip(parts, 4);
        // The deviation is divided by n, and its error by n - 1 more.
        return new Growth(diameter, kept.Mean, kept.Count > 1 ? kept.Sigma / Math.Sqrt(kept.Count - 1) : double.NaN, kept.Count);
    }
}
