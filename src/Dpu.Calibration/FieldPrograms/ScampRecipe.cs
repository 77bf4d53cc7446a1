using System.Globalization;
using Dpu.Calibration.Astrometry;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>
/// <c>Astrometry</c> with SCAMP (Bertin 2006, ASPC 351, 112) on sources of source-extractor: the same reference catalogs, parameters and products. Each frame is solved by itself, with a plain TAN.
/// </summary>
/// <remarks>
/// The scatter that it states is that of the matched stars about SCAMP's solution, of those that are no further off than SIGMA_CLIP; the error of a position is <c>σ √(3 / n)</c>, as in
/// <see cref="AstrometryRecipe"/> for n stars of one weight.
/// </remarks>
internal sealed class ScampRecipe : IRecipe
{
    private const string Reference = "reference.ldac";
    private const string Settings = "settings.scamp";
    private const string Full = "full.cat";

    // What is believed of a catalog that does not say it; only its ratio to the sources' errors matters, and little.
    private const double ReferenceError = 0.05;

    private static readonly string[] s_columns =
        ["XWIN_IMAGE", "YWIN_IMAGE", "ERRAWIN_IMAGE", "ERRBWIN_IMAGE", "ERRTHETAWIN_IMAGE", "FLUX_AUTO", "FLUXERR_AUTO", "FLAGS", "FLAGS_WIN", "FLUX_RADIUS", "ELONGATION"];

    private static readonly FieldProgram s_program = new("scamp", "scamp");

    public string Name => "Astrometry";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = [.. AstrometricKeys.Catalog, .. AstrometricKeys.Match];

    public void Run(TaskContext context)
    {
        var options = AstrometricOptions.Of(context.Pars);
        if (options.Degree > 1) { throw RecipeException.Wrong($"pars: {AstrometricKeys.Degree} is {options.Degree}; with scamp it is 1: it writes distortion in a form (TPV) that the other recipes do not read."); }
        var file = ReferenceCatalogFile.Find(context);
        foreach (var input in context.Required("reduced"))
        {
            context.Log("Making AstrometricParameters object");
            context.Log($"Using ReducedScienceFrame {input.FileName}");
            var image = FitsReader.ReadImage(input.Path);
            var frame = new StarryFrame(input, image.Header, image.Width, image.Height, TanWcs.FromHeader(image.Header), []);
            var catalog = ReferenceCatalogReader.Read(file, context.Pars, frame.Year);
            context.Log($"Using reference catalog {catalog.Name} : {catalog.Stars.Count} stars ({catalog.Columns})");
            var figures = Solve(context, frame, image, catalog, options);
            context.Log(string.Create(CultureInfo.InvariantCulture, $"Scatter about the solution is : {figures.Rms:F4} (arcsec), error of a position {figures.Error:F4} (arcsec), {figures.Stars} stars"));
            AstrometricProduct.Write(context, frame, figures, file.Registered is null ? [input] : [input, file.Registered], options.Degree);
        }
    }

    private static AstrometricFigures Solve(TaskContext context, StarryFrame frame, FitsImage image, ReferenceCatalog catalog, AstrometricOptions options)
    {
        var folder = s_program.NewFolder(context);
        var header = new FitsHeader();
        (frame.Wcs with { Sip = null }).WriteTo(header);
        SextractorLdac.Make(context, folder, frame.Input, image, header, s_columns);
        WriteReference(Path.Combine(folder, Reference), catalog, frame, context);
        SettingsOf(context, options).Save(Path.Combine(folder, Settings));
        s_program.Run(context, folder, SextractorLdac.Catalog, "-c", Settings);
        var wcs = ReadHead(Path.Combine(folder, Path.ChangeExtension(SextractorLdac.Catalog, ".head")));
        var residuals = Residuals(FieldCatalog.Read(Path.Combine(folder, "full_1.cat")), wcs);
        Directory.Delete(folder, recursive: true);
        return Judged(frame, wcs, catalog.Name, residuals, options);
    }

    private static void WriteReference(string path, ReferenceCatalog catalog, StarryFrame frame, TaskContext context)
    {
        var (ra, dec) = frame.Middle;
        var stars = catalog.Around(ra, dec, ((1.1 * frame.Radius) + (2 * context.Pars.Positive(AstrometricKeys.PointingError))) / 3600);
        if (stars.Count == 0) { throw RecipeException.BadFile($"{frame.Input.FileName}: {catalog.Name} has no star around its pointing."); }
        float[] All(double value) => [.. Enumerable.Repeat((float)value, stars.Count)];
        var magnitudes = stars.Select(star => (float)(double.IsFinite(star.Magnitude) ? star.Magnitude : 20)).ToArray();
        var table = new FitsHeader();
        table.Set("EXTNAME", "LDAC_OBJECTS", "");
        FitsWriter.WriteTable(path, new FitsHeader(), new FitsTable(
        [
            FitsColumn.Of("X_WORLD", stars.Select(star => star.Ra).ToArray(), "deg"),
            FitsColumn.Of("Y_WORLD", stars.Select(star => star.Dec).ToArray(), "deg"),
            FitsColumn.Of("ERRA_WORLD", All(ReferenceError / 3600), "deg"),
            FitsColumn.Of("ERRB_WORLD", All(ReferenceError / 3600), "deg"),
            FitsColumn.Of("ERRTHETA_WORLD", All(0), "deg"),
            FitsColumn.Of("MAG", magnitudes, "mag"),
            FitsColumn.Of("MAGERR", All(0.05), "mag"),
            FitsColumn.Of("OBSDATE", Enumerable.Repeat(frame.Year ?? 2000, stars.Count).ToArray(), "yr"),
        ], table));
    }

    private static FieldSettings SettingsOf(TaskContext context, AstrometricOptions options) => new FieldSettings()
        .Set("ASTREF_CATALOG", "FILE")
        .Set("ASTREFCAT_NAME", Reference)
        .Set("ASTREFCENT_KEYS", "X_WORLD,Y_WORLD")
        .Set("ASTREFERR_KEYS", "ERRA_WORLD,ERRB_WORLD,ERRTHETA_WORLD")
        .Set("ASTREFMAG_KEY", "MAG")
        .Set("ASTREFMAGERR_KEY", "MAGERR")
        .Set("ASTREFOBSDATE_KEY", "OBSDATE")
        .Set("MATCH", true)
        .Set("POSITION_MAXERR", Math.Sqrt(2) * context.Pars.Positive(AstrometricKeys.PointingError) / 60)
        .Set("POSANGLE_MAXERR", context.Pars.Number(AstrometricKeys.RotationError))
        .Set("PIXSCALE_MAXERR", 1 + context.Pars.Number(AstrometricKeys.ScaleError))
        .Set("CROSSID_RADIUS", context.Pars.Positive(AstrometricKeys.MatchRadius))
        .Set("MOSAIC_TYPE", "UNCHANGED")
        .Set("STABILITY_TYPE", "EXPOSURE")
        .Set("PROJECTION_TYPE", "TAN")
        .Set("DISTORT_DEGREES", 1)
        .Set("ASTRCLIP_NSIGMA", options.SigmaClip)
        .Set("SN_THRESHOLDS", string.Create(CultureInfo.InvariantCulture, $"{options.SignalToNoiseMin},{10 * options.SignalToNoiseMin}"))
        .Set("SOLVE_PHOTOM", false)
        .Set("CHECKPLOT_TYPE", "NONE")
        .Set("CHECKPLOT_DEV", "NULL")
        .Set("FULLOUTCAT_TYPE", "ASCII_HEAD")
        .Set("FULLOUTCAT_NAME", Full)
        .Set("NTHREADS", 1)
        .Set("VERBOSE_TYPE", "QUIET")
        .Set("WRITE_XML", false);

    /// <summary>The header that it wrote: cards of a line each.</summary>
    private static TanWcs ReadHead(string path)
    {
        if (!File.Exists(path)) { throw new RecipeException("scamp wrote no header: it found no solution."); }
        var header = new FitsHeader();
        foreach (var line in File.ReadLines(path, System.Text.Encoding.Latin1).Where(line => line.Length > 10 && line[8] == '='))
        {
            var (key, value) = (line[..8].Trim(), line[10..].Split('/')[0].Trim());
            if (value.StartsWith('\''))
            {
                header.Set(key, value.Trim('\'').Trim());
            }
            else if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                header.Set(key, number);
            }
        }

        return TanWcs.FromHeader(header);
    }

    /// <summary>What is left between sources and their stars, along both axes, arc seconds. In its full catalog both stand under one number: the star as of catalog 0.</summary>
    private static List<(double East, double North)> Residuals(FieldCatalog full, TanWcs wcs)
    {
        var stars = new Dictionary<int, (double Ra, double Dec)>();
        for (var row = 0; row < full.Count; row++)
        {
            if (full.Whole(row, "CATALOG_NUMBER") == 0) { stars[full.Whole(row, "SOURCE_NUMBER")] = (full[row, "ALPHA_J2000"], full[row, "DELTA_J2000"]); }
        }

        var residuals = new List<(double, double)>();
        for (var row = 0; row < full.Count; row++)
        {
            if (full.Whole(row, "CATALOG_NUMBER") == 0 || !stars.TryGetValue(full.Whole(row, "SOURCE_NUMBER"), out var star)) { continue; }
            var (ra, dec) = wcs.PixelToSky(full[row, "X_IMAGE"], full[row, "Y_IMAGE"]);
            var east = Math.IEEERemainder(ra - star.Ra, 360) * Math.Cos(star.Dec * Math.PI / 180);
            residuals.Add((3600 * east, 3600 * (dec - star.Dec)));
        }

        return residuals;
    }

    private static AstrometricFigures Judged(StarryFrame frame, TanWcs wcs, string catalog, List<(double East, double North)> all, AstrometricOptions options)
    {
        var sizes = all.SelectMany(r => new[] { (float)Math.Abs(r.East), (float)Math.Abs(r.North) }).ToArray();
        var limit = sizes.Length == 0 ? 0 : options.SigmaClip * 1.4826 * RobustStatistics.Median(sizes);
        var kept = all.FindAll(r => Math.Abs(r.East) <= limit && Math.Abs(r.North) <= limit);
        var rms = kept.Count == 0 ? double.NaN : Math.Sqrt(kept.Average(r => 0.5 * ((r.East * r.East) + (r.North * r.North))));
        if (kept.Count < options.StarsMin)
        {
            throw RecipeException.BadFile($"{frame.Input.FileName}: scamp matched {kept.Count} stars of {catalog}; {options.StarsMin} are needed ({AstrometricKeys.StarsMin}).");
        }

        return rms <= options.RmsMax
            ? new AstrometricFigures(wcs, catalog, kept.Count, rms, rms * Math.Sqrt(3.0 / kept.Count))
            : throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture, $"{frame.Input.FileName}: the stars scatter by {rms:F2} arc seconds about scamp's solution; {options.RmsMax} are allowed ({AstrometricKeys.RmsMax})."));
    }
}
