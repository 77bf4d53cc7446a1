using System.Globalization;
using System.Text;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>
/// Finds the sources of an image with source-extractor (Bertin &amp; Arnouts 1996, A&amp;AS 117, 393), section by section as <see cref="SourceExtraction"/> does: an amplifier has a background of
/// its own, and overscan has no stars. The parameters of <c>SourceList</c> mean the same to both.
/// </summary>
internal sealed class SextractorFinder : ISourceFinder
{
    private const string Kernel = "kernel.conv";
    private const string Columns = "columns.param";
    private const string Catalog = "sources.cat";
    private const string Settings = "settings.sex";

    private static readonly string[] s_columns =
    [
        "XWIN_IMAGE", "YWIN_IMAGE", "ERRX2WIN_IMAGE", "ERRY2WIN_IMAGE", "X_IMAGE", "Y_IMAGE", "A_IMAGE", "B_IMAGE", "THETA_IMAGE", "ISOAREAF_IMAGE",
        "FLUX_ISO", "FLUXERR_ISO", "FLUX_APER", "FLUXERR_APER", "FLUX_AUTO", "FLUXERR_AUTO", "KRON_RADIUS", "FLUX_RADIUS", "FWHM_IMAGE", "FLUX_MAX", "BACKGROUND",
        "FLAGS", "FLAGS_WIN",
    ];

    private static readonly FieldProgram s_program = new("source-extractor", "source-extractor");

    public FoundSources? Find(TaskContext context, FitsImage image, FitsImage? weights, ExtractionOptions options)
    {
        var sections = SourceExtraction.Sections(image, options);
        var background = BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, options.Background, sections);
        if (background is null) { return null; }
        var sources = sections.SelectMany(section => FindIn(context, image, weights, section, options)).ToList();
        return new FoundSources(sources, background.Level, background.Rms, sections);
    }

    private static List<Source> FindIn(TaskContext context, FitsImage image, FitsImage? weights, PixelArea section, ExtractionOptions options)
    {
        var folder = s_program.NewFolder(context);
        var trusted = FieldImages.Write(folder, image, weights, section);
        WriteKernel(Path.Combine(folder, Kernel), options.Detection.Kernel);
        File.WriteAllLines(Path.Combine(folder, Columns), s_columns);
        SettingsFor(options, trusted is not null).Save(Path.Combine(folder, Settings));
        s_program.Run(context, folder, FieldImages.Image, "-c", Settings);
        var catalog = FieldCatalog.Read(Path.Combine(folder, Catalog));
        Directory.Delete(folder, recursive: true);
        return [.. Enumerable.Range(0, catalog.Count).Select(row => SourceOf(catalog, row, section, trusted))];
    }

    private static void WriteKernel(string path, DetectionKernel kernel)
    {
        var taps = kernel.Taps;
        var text = new StringBuilder("CONV NORM\n");
        foreach (var row in taps)
        {
            foreach (var column in taps) { text.Append(CultureInfo.InvariantCulture, $"{row * column:R} "); }
            text.Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }

    private static FieldSettings SettingsFor(ExtractionOptions options, bool hasWeights) => new FieldSettings()
        .Set("CATALOG_NAME", Catalog)
        .Set("CATALOG_TYPE", "ASCII_HEAD")
        .Set("PARAMETERS_NAME", Columns)
        .Set("DETECT_TYPE", "CCD")
        .Set("DETECT_MINAREA", options.Detection.AreaMin)
        .Set("DETECT_THRESH", options.Detection.Threshold)
        .Set("ANALYSIS_THRESH", options.Detection.Threshold)
        .Set("FILTER", options.Detection.Kernel.Reach > 0)
        .Set("FILTER_NAME", Kernel)
        .Set("DEBLEND_NTHRESH", 32)
        .Set("DEBLEND_MINCONT", options.Detection.DeblendContrast)
        .Set("CLEAN", true)
        .Set("CLEAN_PARAM", 1.0)
        .Set("MASK_TYPE", "CORRECT")
        .Set("WEIGHT_TYPE", hasWeights ? "MAP_WEIGHT" : "NONE")
        .Set("WEIGHT_IMAGE", FieldImages.Weights)
        .Set("PHOT_APERTURES", options.Measurement.ApertureDiameter)
        .Set("PHOT_AUTOPARAMS", "2.5,3.5")
        .Set("PHOT_FLUXFRAC", 0.5)
        .Set("SATUR_LEVEL", options.Measurement.Saturation)
        .Set("SATUR_KEY", "NONE")
        .Set("MAG_ZEROPOINT", 0.0)
        .Set("GAIN", options.Measurement.Gain)
        .Set("GAIN_KEY", "NONE")
        .Set("PIXEL_SCALE", 1.0)
        .Set("SEEING_FWHM", 1.0)
        .Set("BACK_SIZE", options.Background.CellSize)
        .Set("BACK_FILTERSIZE", options.Background.FilterSize)
        .Set("BACKPHOTO_TYPE", "GLOBAL")
        .Set("CHECKIMAGE_TYPE", "NONE")
        .Set("MEMORY_OBJSTACK", 30_000)
        .Set("VERBOSE_TYPE", "QUIET")
        .Set("WRITE_XML", false);

    private static Source SourceOf(FieldCatalog catalog, int row, PixelArea section, FitsImage? trusted)
    {
        // Its first pixel is 1, ours 0.
        double X(string column) => catalog[row, column] - 1 + section.X;
        double Y(string column) => catalog[row, column] - 1 + section.Y;
        Measured Flux(string kind) => new(catalog[row, "FLUX_" + kind], catalog[row, "FLUXERR_" + kind]);
        return new Source
        {
            X = X("XWIN_IMAGE"),
            Y = Y("YWIN_IMAGE"),
            XError = Math.Sqrt(catalog[row, "ERRX2WIN_IMAGE"]),
            YError = Math.Sqrt(catalog[row, "ERRY2WIN_IMAGE"]),
            Shape = new IsophotalShape(
                X("X_IMAGE"), Y("Y_IMAGE"), catalog[row, "A_IMAGE"], catalog[row, "B_IMAGE"], catalog[row, "THETA_IMAGE"] * Math.PI / 180, catalog.Whole(row, "ISOAREAF_IMAGE")),
            FluxIso = Flux("ISO"),
            FluxAper = Flux("APER"),
            FluxAuto = Flux("AUTO"),
            KronRadius = catalog[row, "KRON_RADIUS"],
            HalfLightRadius = catalog[row, "FLUX_RADIUS"],
            Fwhm = catalog[row, "FWHM_IMAGE"],
            Peak = catalog[row, "FLUX_MAX"],
            Background = catalog[row, "BACKGROUND"],
            Flags = FlagsOf(catalog, row) | (trusted is not null && TouchesBadPixel(catalog, row, trusted) ? SourceFlags.BadPixel : SourceFlags.None),
        };
    }

    /// <summary>Its first five bits are ours; those behind tell of its own memory. Lost windows it tells elsewhere.</summary>
    private static SourceFlags FlagsOf(FieldCatalog catalog, int row) =>
        ((SourceFlags)catalog.Whole(row, "FLAGS") & (SourceFlags.Crowded | SourceFlags.Blended | SourceFlags.Saturated | SourceFlags.Edge | SourceFlags.ApertureIncomplete))
        | (catalog[row, "FLAGS_WIN"] > 0 ? SourceFlags.CentroidIsophotal : SourceFlags.None);

    /// <summary>It leaves bad pixels out of what it detects, and so has none to count: they are looked for in the circle of the same area, a pixel around it included.</summary>
    private static bool TouchesBadPixel(FieldCatalog catalog, int row, FitsImage trusted)
    {
        var (x, y) = (catalog[row, "X_IMAGE"] - 1, catalog[row, "Y_IMAGE"] - 1);
        var reach = Math.Sqrt(catalog[row, "ISOAREAF_IMAGE"] / Math.PI) + 1;
        for (var j = Math.Max(0, (int)(y - reach)); j <= Math.Min(trusted.Height - 1, y + reach); j++)
        {
            for (var i = Math.Max(0, (int)(x - reach)); i <= Math.Min(trusted.Width - 1, x + reach); i++)
            {
                var (dx, dy) = (i - x, j - y);
                if ((dx * dx) + (dy * dy) <= reach * reach && !(trusted.Row(j)[i] > 0)) { return true; }
            }
        }

        return false;
    }
}
