using System.Globalization;
using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>
/// One astrometric solution for all chips and dithers of a field: chips share their geometry between exposures, and what several frames see of a star must agree with each other, and with the
/// reference catalog. Frames of fields that do not touch are solved apart. What comes out are the frames under mended headers, and a table that says how well.
/// </summary>
/// <remarks>
/// The error of a position by the solution is <c>bᵀ C b</c> with the covariance C of all unknowns, for the terms b at a pixel (mean over the frame). Where many frames see the same
/// stars, positions agree between frames to that of the sources, √2 e / √n for n stars in common, however much the catalog scatters; the catalog's scatter s enters by s / √m only, with all its m stars of the field.
/// </remarks>
internal sealed class GAstrometryRecipe : IRecipe
{
    public string Name => "GAstrometry";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = [.. AstrometricKeys.Catalog, .. AstrometricKeys.Match];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("reduced");
        var options = AstrometricOptions.Of(context.Pars);
        var file = ReferenceCatalogFile.Find(context);
        context.Log("Making GAstrometric object");
        var lists = FrameStarList.Known(context);
        var frames = new List<StarryFrame>();
        foreach (var input in inputs)
        {
            context.Log($"Using ReducedScienceFrame {input.FileName}");
            frames.Add(lists.TryGetValue(input.Id, out var list) ? FrameStarList.Read(context, input, list) : StarryFrame.Read(input, options.SignalToNoiseMin));
        }

        foreach (var field in SkyFields.Of(frames)) { Solve(context, field, file, options, lists); }
    }

    private static void Solve(TaskContext context, IReadOnlyList<StarryFrame> frames, ReferenceCatalogFile file, AstrometricOptions options, IReadOnlyDictionary<string, TaskInput> lists)
    {
        var catalog = ReferenceCatalogReader.Read(file, context.Pars, frames[0].Year);
        var exposures = frames.GroupBy(frame => frame.Exposure).ToArray();
        context.Log($"Field of {frames.Count} frames, {exposures.Length} exposures, {frames.Select(frame => frame.Chip).Distinct().Count()} chips");
        context.Log($"Using reference catalog {catalog.Name} : {catalog.Stars.Count} stars ({catalog.Columns})");
        var start = exposures.SelectMany(exposure => exposure.Zip(Recognition.Recognise(context, [.. exposure], catalog, options))).ToDictionary(pair => pair.First, pair => pair.Second);
        var near = catalog with { Stars = Near(catalog, frames, options) };
        var result = new GlobalFit(frames, near, options).Fit(context, [.. frames.Select(frame => start[frame])]);
        var figures = Figures(frames, result, catalog.Name);
        CheckScatter(result, options, frames);
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"Number of stars is : {result.Stars.Count}, {result.Stars.Count(star => star.Star.Seen.Count > 1)} seen by several frames, {result.Stars.Count(star => star.Star.Reference is not null)} of the catalog"));
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"Scatter between frames is : {result.InternalScatter:F4} (arcsec) beyond the sources' errors, of the catalog {result.ReferenceScatter:F4} (arcsec)"));
        for (var i = 0; i < frames.Count; i++)
        {
            TaskInput[] used = [frames[i].Input, .. file.Registered is { } registered ? [registered] : Array.Empty<TaskInput>(), .. lists.TryGetValue(frames[i].Input.Id, out var list) ? [list] : Array.Empty<TaskInput>()];
            AstrometricProduct.Write(context, frames[i], figures[i], used, options.Degree);
        }

        GlobalReport.Write(context, frames, figures, result, catalog.Name);
    }

    private static IReadOnlyList<ReferenceStar> Near(ReferenceCatalog catalog, IReadOnlyList<StarryFrame> frames, AstrometricOptions options)
    {
        var (ra, dec) = frames[0].Middle;
        var radius = frames.Max(frame => SkyIndex.Separation((ra, dec), frame.Middle) + (1.1 * frame.Radius)) + options.Limits.ShiftMax + (4 * options.Limits.Cell);
        return catalog.Around(ra, dec, radius / 3600);
    }

    private static AstrometricFigures[] Figures(IReadOnlyList<StarryFrame> frames, GlobalResult result, string catalog)
    {
        var (squares, counts) = (new double[frames.Count], new int[frames.Count]);
        foreach (var star in result.Stars)
        {
            for (var i = 0; i < star.Star.Seen.Count && star.FromReference is not null; i++)
            {
                var (frame, off, mean) = (star.Star.Seen[i].Frame, star.Deviations[i], star.FromReference.Value);
                squares[frame] += 0.5 * (Math.Pow(off.East + mean.East, 2) + Math.Pow(off.North + mean.North, 2));
                counts[frame]++;
            }
        }

        return [.. frames.Select((_, i) => new AstrometricFigures(result.Systems[i], catalog, counts[i], counts[i] == 0 ? 0 : Math.Sqrt(squares[i] / counts[i]), result.Errors[i]))];
    }

    private static void CheckScatter(GlobalResult result, AstrometricOptions options, IReadOnlyList<StarryFrame> frames)
    {
        var scatter = Math.Max(result.InternalScatter, result.ReferenceScatter);
        if (scatter <= options.RmsMax) { return; }
        throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
            $"The stars of {frames.Count} frames ({frames[0].Input.FileName} …) scatter by {scatter:F2} arcsec about their common solution; at most {options.RmsMax:0.##} are allowed ({AstrometricKeys.RmsMax}). Distorted frames need {AstrometricKeys.Degree} 3."));
    }
}
