using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Calibration.Science;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// The reference image for difference imaging: the coadd of the exposures with the sharpest stars, all their chips. An exposure's seeing is the median over its frames of their stars' median width;
/// frames without stars follow the others of their exposure.
/// </summary>
internal sealed class ReferenceRecipe : IRecipe
{
    private const string Prefix = "ReferenceFrame.process_params.";

    public string Name => "Reference";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "EXPOSURES", "10", "how many exposures are used at most, the sharpest"),
        new(Prefix + "SEEING_MAX", "1.5", "exposures whose stars are wider than this many times those of the sharpest are left out"),
        .. StarImage.Parameters(Prefix),
        .. CoaddRecipe.All,
    ];

    public void Run(TaskContext context)
    {
        var exposures = context.Required("regridded").GroupBy(Exposure, StringComparer.Ordinal).Select(g => (Frames: g.ToArray(), Fwhm: Seeing(context, g))).ToArray();
        var known = exposures.Where(e => double.IsFinite(e.Fwhm)).OrderBy(e => e.Fwhm).ToArray();
        if (known.Length == 0) { throw RecipeException.BadFile($"{exposures[0].Frames[0].FileName} and the others: no frame has enough stars to tell how sharp it is."); }
        var widest = context.Pars.Positive(Prefix + "SEEING_MAX") * known[0].Fwhm;
        var chosen = known.Where(e => e.Fwhm <= widest).Take(Math.Max(1, context.Pars.Integer(Prefix + "EXPOSURES"))).ToArray();
        context.Log("Making ReferenceFrame object");
        context.Log(string.Create(CultureInfo.InvariantCulture, $"{chosen.Length} of {exposures.Length} exposures are used, FWHM {chosen[0].Fwhm:F2} to {chosen[^1].Fwhm:F2} (pixels)"));
        new CoaddRecipe(new OwnFrameStacker()).Combine(context, [.. chosen.SelectMany(e => e.Frames)], "reference");
    }

    private static string Exposure(TaskInput input) => input.Metadata.GetString("exposure", Fits.FitsReader.ReadPrimaryHeader(input.Path).GetString("EXPID", input.Id));

    private static double Seeing(TaskContext context, IEnumerable<TaskInput> frames)
    {
        var widths = new List<float>();
        foreach (var frame in frames)
        {
            if (StarImage.TryOpen(context, frame, Prefix) is { } image)
            {
                context.Log(string.Create(CultureInfo.InvariantCulture, $"{frame.FileName} : FWHM {image.Fwhm:F2} (pixels), {image.Stars.Count} stars"));
                widths.Add((float)image.Fwhm);
            }
            else { context.Log($"{frame.FileName} : too few stars to tell how sharp it is"); }
        }

        return RobustStatistics.Median(widths.ToArray());
    }
}
