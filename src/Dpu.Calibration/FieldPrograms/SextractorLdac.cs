using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.FieldPrograms;

/// <summary>What SCAMP and PSFEx read: the sources of an image in source-extractor's form FITS_LDAC, which keeps the image's header beside them.</summary>
internal static class SextractorLdac
{
    public const string Catalog = "stars.ldac";

    private const string Columns = "columns.param";
    private const string Settings = "settings.sex";
    private const double Threshold = 3;

    private static readonly FieldProgram s_program = new("source-extractor", "source-extractor");

    /// <summary>Makes the catalog of a frame in a folder.</summary>
    /// <param name="context">Whose log is written to.</param>
    /// <param name="folder">Where the image and the catalog go.</param>
    /// <param name="input">The frame.</param>
    /// <param name="image">Its pixels.</param>
    /// <param name="header">Cards that the catalog shall keep.</param>
    /// <param name="columns">What is measured of each source.</param>
    public static void Make(TaskContext context, string folder, TaskInput input, FitsImage image, FitsHeader header, IEnumerable<string> columns)
    {
        var whole = new PixelArea(0, 0, image.Width, image.Height);
        var trusted = FieldImages.Write(folder, image, WeightExtension.Read(input.Path, image), whole, header);
        File.WriteAllLines(Path.Combine(folder, Columns), columns);
        new FieldSettings()
            .Set("CATALOG_NAME", Catalog)
            .Set("CATALOG_TYPE", "FITS_LDAC")
            .Set("PARAMETERS_NAME", Columns)
            .Set("DETECT_THRESH", Threshold)
            .Set("ANALYSIS_THRESH", Threshold)
            .Set("DETECT_MINAREA", 5)
            .Set("FILTER", false)
            .Set("PHOT_APERTURES", 12)
            .Set("SATUR_LEVEL", image.Header.GetDouble("SATURATE", double.PositiveInfinity))
            .Set("SATUR_KEY", "NONE")
            .Set("GAIN", image.Header.GetDouble("GAIN", 0))
            .Set("GAIN_KEY", "NONE")
            .Set("WEIGHT_TYPE", trusted is null ? "NONE" : "MAP_WEIGHT")
            .Set("WEIGHT_IMAGE", FieldImages.Weights)
            .Set("VERBOSE_TYPE", "QUIET")
            .Save(Path.Combine(folder, Settings));
        s_program.Run(context, folder, FieldImages.Image, "-c", Settings);
    }
}
