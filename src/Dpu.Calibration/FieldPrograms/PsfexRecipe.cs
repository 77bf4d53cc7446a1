using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Photometry;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>
/// <c>PSF</c> with PSFEx (Bertin 2011, ASPC 442, 435) on sources of source-extractor: a picture of the function in the middle of the stars, its figures in the header, a table of the stars. Widths of 2
/// to 10 pixels. FWHM is PSFEx's less a pixel's own width, which it holds; it states no errors.
/// </summary>
internal sealed class PsfexRecipe : IRecipe
{
    private const string Type = "psf";
    private const string Settings = "settings.psfex";
    private const string Stars = "accepted.cat";
    private const int Side = 31;

    // FWHM² of a Gaussian with the variance of a uniform pixel, 8 ln 2 / 12.
    private static readonly double s_pixel = 8 * Math.Log(2) / 12;

    private static readonly string[] s_columns =
    [
        "X_IMAGE", "Y_IMAGE", "FLUX_RADIUS", "FLUX_APER(1)", "FLUXERR_APER(1)", "ELONGATION", "FLAGS", "SNR_WIN", "VIGNET(45,45)",
    ];

    private static readonly FieldProgram s_program = new("psfex", "psfex");

    public string Name => "PSF";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(PsfRecipe.Prefix + "ORDER", "1", "order of the polynomials in the position, 0 to 3; lower where there are few stars"),
        new(PsfRecipe.Prefix + "SNR_MIN", "50", "signal to noise that a star needs"),
        new(PsfRecipe.Prefix + "STARS_MIN", "3", "how many stars are needed"),
    ];

    public void Run(TaskContext context)
    {
        var order = context.Pars.Integer(PsfRecipe.Prefix + "ORDER");
        if (order is < 0 or > 3) { throw RecipeException.Wrong($"pars: {PsfRecipe.Prefix}ORDER is {order}; 0 to 3 is needed."); }
        foreach (var input in context.Required("image"))
        {
            context.Log("Making PSF object");
            context.Log($"Using {FrameNames.ClassOf(input.Type)} {input.FileName}");
            Make(context, input, order);
        }
    }

    private static void Make(TaskContext context, TaskInput input, int order)
    {
        var folder = s_program.NewFolder(context);
        var image = FitsReader.ReadImage(input.Path);
        SextractorLdac.Make(context, folder, input, image, new FitsHeader(), s_columns);
        SettingsOf(context, order).Save(Path.Combine(folder, Settings));
        s_program.Run(context, folder, SextractorLdac.Catalog, "-c", Settings);
        var model = FitsReader.ReadTable(Path.Combine(folder, Path.ChangeExtension(SextractorLdac.Catalog, ".psf")));
        var stars = FieldCatalog.Read(Path.Combine(folder, Stars));
        Directory.Delete(folder, recursive: true);
        int[] accepted = [.. Enumerable.Range(0, stars.Count).Where(row => stars.Whole(row, "FLAGS_PSF") == 0)];
        var needed = Math.Max(1, context.Pars.Integer(PsfRecipe.Prefix + "STARS_MIN"));
        if (accepted.Length < needed) { throw RecipeException.BadFile($"{input.FileName}: psfex accepted {accepted.Length} stars; {needed} are needed ({PsfRecipe.Prefix}STARS_MIN)."); }
        Save(context, input, image.Header, model, stars, accepted, order);
    }

    private static FieldSettings SettingsOf(TaskContext context, int order) => new FieldSettings()
        .Set("PSF_SAMPLING", 1.0)
        .Set("PSF_SIZE", string.Create(CultureInfo.InvariantCulture, $"{Side},{Side}"))
        .Set("PSFVAR_KEYS", "X_IMAGE,Y_IMAGE")
        .Set("PSFVAR_GROUPS", "1,1")
        .Set("PSFVAR_DEGREES", order)
        .Set("SAMPLE_MINSN", context.Pars.Positive(PsfRecipe.Prefix + "SNR_MIN"))
        .Set("SAMPLE_AUTOSELECT", true)
        .Set("CHECKPLOT_TYPE", "NONE")
        .Set("CHECKPLOT_DEV", "NULL")
        .Set("CHECKIMAGE_TYPE", "NONE")
        .Set("OUTCAT_TYPE", "ASCII_HEAD")
        .Set("OUTCAT_NAME", Stars)
        .Set("NTHREADS", 1)
        .Set("VERBOSE_TYPE", "QUIET")
        .Set("WRITE_XML", false);

    private static void Save(TaskContext context, TaskInput input, FitsHeader image, FitsTable model, FieldCatalog stars, int[] accepted, int order)
    {
        var whole = model.Header.GetDouble("PSF_FWHM");
        var fwhm = Math.Sqrt(Math.Max(0, (whole * whole) - s_pixel));

        // Its ellipticity is (a - b) / (a + b).
        var ellipticity = RobustStatistics.Median([.. accepted.Select(row => (float)(2 * stars[row, "ELLIP_PSF"] / (1 + stars[row, "ELLIP_PSF"])))]);
        context.Log(string.Create(CultureInfo.InvariantCulture, $"The FWHM is : {fwhm:F4} (pixels), {accepted.Length} stars"));
        var header = new FitsHeader();
        foreach (var key in (string[])["INSTRUME", "CHIP", "OBJECT", "FILTER", "DATE-OBS", "MJD-OBS", "EXPID", "PIXSCALE"])
        {
            if (image.TryGet(key, out var value)) { header.Set(key, value); }
        }

        header.Set("PSFFWHM", fwhm, "[pixel] in the middle of the stars");
        header.Set("PSFELL", (double)ellipticity, "1 - minor/major axis, median of the stars");
        header.Set("PSFORDER", (long)order, "order of the polynomials in the position");
        header.Set("PSFSTARS", (long)accepted.Length, "number of stars");
        header.Set("PSFCHI2", model.Header.GetDouble("CHI2"), "reduced chi2");
        ScienceProduct.Describe(context, header, Type, [input]);
        var path = context.Results.NewPath(FrameNames.Stem(input, Type), ".fits");
        FitsWriter.Write(path, [new FitsImageHdu(Picture(model, header)), new FitsTableHdu(Table(stars, accepted, whole))]);
        var metadata = input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exptime", "exposure");
        metadata["fwhm"] = fwhm;
        metadata["ellipticity"] = ellipticity;
        metadata["stars"] = accepted.Length;
        context.Results.Add(Type, path, Type, metadata, [input]);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    /// <summary>The constant term of its model, normalised.</summary>
    private static FitsImage Picture(FitsTable model, FitsHeader header)
    {
        var mask = (float[])model["PSF_MASK"].Values;
        var picture = new FitsImage(Side, Side, header);
        mask.AsSpan(0, Side * Side).CopyTo(picture.Pixels);
        var sum = picture.Pixels.Sum();
        for (var i = 0; i < picture.Pixels.Length; i++) { picture.Pixels[i] /= sum; }
        return picture;
    }

    private static FitsTable Table(FieldCatalog stars, int[] accepted, double whole)
    {
        double[] Each(Func<int, double> value) => [.. accepted.Select(value)];
        double Fwhm(int row) => Math.Sqrt(Math.Max(0, Math.Pow(stars[row, "FWHM_PSF"], 2) - s_pixel));
        var middle = Math.Sqrt(Math.Max(0, (whole * whole) - s_pixel));
        var header = new FitsHeader();
        header.Set("EXTNAME", "STARS", "");
        return new FitsTable(
        [
            FitsColumn.Of("X", Each(row => stars[row, "X_IMAGE"]), "pixel"),
            FitsColumn.Of("Y", Each(row => stars[row, "Y_IMAGE"]), "pixel"),
            FitsColumn.Of("AMPLITUDE", Each(row => stars[row, "NORM_PSF"])),
            FitsColumn.Of("FWHM", Each(Fwhm), "pixel"),
            FitsColumn.Of("E1", Each(_ => double.NaN)),
            FitsColumn.Of("E2", Each(_ => double.NaN)),
            FitsColumn.Of("RESIDUAL", Each(row => Fwhm(row) - middle), "pixel"),
        ], header);
    }
}
