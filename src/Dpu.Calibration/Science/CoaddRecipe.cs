using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>Adds up all regridded frames of a filter: they share one grid, so that whole pixels meet.</summary>
/// <param name="stacker">What adds them.</param>
internal sealed class CoaddRecipe(IFrameStacker stacker) : IRecipe
{
    private const string Prefix = "Coadd.process_params.";
    private const long PixelsMax = 1L << 30;

    public string Name => "Coadd";

    public IReadOnlyList<ProcessParameter> Parameters => All;

    public static IReadOnlyList<ProcessParameter> All { get; } =
    [
        new(Prefix + "COMBINE", "mean", "mean (weighted, clipped) or median"),
        new(Prefix + "CLIP_SIGMA", "4.0", "values further from the median than this many of their sigma are left out of the mean"),
        new(Prefix + "CLIP_AMPFRAC", "0.3", "part of the median that is allowed on top, against clipping the cores of stars"),
        new(Prefix + "FLUX_SCALE", "auto", "what brings the frames to one scale of flux; stars: as GPhotometry measured; flat: the levels of the twilight flats; none: they stay as they are; auto: stars where every frame was measured, else flat"),
        .. RegridRecipe.All,
    ];

    public void Run(TaskContext context)
    {
        context.Log("Making CoaddedRegriddedFrame object");
        Combine(context, context.Required("regridded"), "coadd");
    }

    /// <summary>Adds frames up into a product of a type; the task's parameters include <see cref="All"/>.</summary>
    public void Combine(TaskContext context, IReadOnlyList<TaskInput> inputs, string type)
    {
        var frames = new List<RegriddedInput>();
        try
        {
            CheckFilter(inputs);
            foreach (var input in inputs) { frames.Add(Open(context, input)); }
            CheckGrid(frames);
            FluxScales.Apply(frames, context.Pars.Choice(Prefix + "FLUX_SCALE", "auto", "stars", "flat", "none"), context.Log);
            Coadd(context, frames, type);
        }
        finally
        {
            frames.ForEach(f => f.Dispose());
        }
    }

    /// <summary>A reduced frame is regridded first, into the work directory: <c>Reduce>Coadd</c> needs no step in between.</summary>
    private static RegriddedInput Open(TaskContext context, TaskInput input)
    {
        if (input.Type != "reduced")
        {
            context.Log($"Using RegriddedFrame {input.FileName}");
            return RegriddedInput.Open(input);
        }

        var (image, weights, _) = RegridRecipe.Make(context, input);
        weights.Header.Set("EXTNAME", WeightExtension.Name, "1/noise^2, 0: no image");
        var path = context.Results.NewPath("." + FrameNames.Stem(input, "regridded"), ".fits");
        FitsWriter.Write(path, [new FitsImageHdu(image), new FitsImageHdu(weights)]);
        return RegriddedInput.OpenTemporary(path, input);
    }

    private static void CheckFilter(IReadOnlyList<TaskInput> inputs)
    {
        var filters = inputs.Select(i => i.Metadata.GetString("filter")).Distinct().ToArray();
        if (filters.Length > 1) { throw RecipeException.Wrong($"Frames of several filters cannot be added: {string.Join(", ", filters)}."); }
    }

    private static void CheckGrid(List<RegriddedInput> frames)
    {
        if (frames.Find(f => !f.SharesGridWith(frames[0])) is { } odd)
        {
            throw RecipeException.Wrong(string.Create(CultureInfo.InvariantCulture,
                $"{odd.Input.FileName} lies on another grid (centre {odd.Wcs.Crval1} {odd.Wcs.Crval2}) than {frames[0].Input.FileName} ({frames[0].Wcs.Crval1} {frames[0].Wcs.Crval2}); Regrid.process_params.RA_CENTER, DEC_CENTER and PIXEL_SCALE put them on one."));
        }
    }

    private void Coadd(TaskContext context, List<RegriddedInput> frames, string type)
    {
        var area = frames.Select(f => f.Area).Aggregate((a, b) => a.Union(b));
        if ((long)area.Width * area.Height > PixelsMax)
        {
            throw RecipeException.Wrong($"The frames span {area.Width} x {area.Height} pixels: they are not of one field.");
        }

        context.Log($"Size is : {area.Width} x {area.Height} (pixels)");
        var options = new StackOptions(
            context.Pars.Choice(Prefix + "COMBINE", "mean", "median") == "median",
            context.Pars.Positive(Prefix + "CLIP_SIGMA"),
            context.Pars.Number(Prefix + "CLIP_AMPFRAC"));
        context.Log(options.UseMedian ? "Combining : median" : $"Combining : weighted mean, rejection threshold {Text(options.ClipSigma, "F1")} (sigma)");
        var image = new FitsImage(area.Width, area.Height, NewHeader(frames[0].Header));
        var weights = new FitsImage(area.Width, area.Height);
        var sum = stacker.Stack(context, frames, area, options, image, weights);
        if (sum.Covered == 0) { throw RecipeException.Wrong("No pixel of any frame has a weight."); }
        var rejected = sum.Clipped is { } clipped ? string.Create(CultureInfo.InvariantCulture, $"{clipped} values rejected, ") : "";
        context.Log(string.Create(CultureInfo.InvariantCulture, $"{rejected}{sum.Covered} pixels covered, mean exposure time {sum.Seconds / sum.Covered:F1} (s)"));
        Save(context, frames, type, area, image, weights, sum);
    }

    private static FitsHeader NewHeader(FitsHeader first)
    {
        var header = new FitsHeader();
        foreach (var key in (string[])["ORIGIN", "TELESCOP", "INSTRUME", "FILTER", "OBJECT", "DATE-OBS", "MJD-OBS", "TIMESYS", "BUNIT", "RADESYS", "EQUINOX", "RA_TARG", "DEC_TARG", "PIXSCALE"])
        {
            if (first.TryGet(key, out var value)) { header.Set(key, value, first.First(c => c.Key == key).Comment); }
        }

        return header;
    }

    private static void Save(TaskContext context, List<RegriddedInput> frames, string type, PixelArea area, FitsImage image, FitsImage weights, StackSum sum)
    {
        var inputs = frames.ConvertAll(f => f.Input);
        var wcs = frames[0].Wcs with { Crpix1 = 1 - area.X, Crpix2 = 1 - area.Y };
        wcs.WriteTo(image.Header);
        wcs.WriteTo(weights.Header);
        var total = frames.GroupBy(Exposure).Sum(g => g.First().Seconds);
        var depth = sum.Seconds / sum.Covered;
        image.Header.Set("EXPTIME", total, "[s] of all exposures together");
        image.Header.Set("NCOMBINE", (long)frames.Count, "number of frames");
        image.Header.Set("NEXP", (long)frames.GroupBy(Exposure).Count(), "number of exposures");
        image.Header.Set("GAIN", depth, "[s] mean exposure time of a pixel: electrons per unit");
        if (frames.TrueForAll(f => f.Header.Contains("SATURATE")))
        {
            image.Header.Set("SATURATE", frames.Min(f => f.Header.GetDouble("SATURATE") * f.Scale), "lowest of the frames'");
        }

        if (FluxScales.ZeroPoint(frames) is { } zeroPoint) { image.Header.Set("MAGZERO", zeroPoint, "[mag] magnitude of one unit of flux"); }
        ScienceProduct.Describe(context, image.Header, type, inputs);
        var metadata = inputs[0].Metadata.Only("instrument", "filter", "date", "dateobs", "object", "ra", "dec");
        metadata["exptime"] = total;
        metadata["frames"] = frames.Count;
        metadata["depth"] = depth;
        ScienceProduct.Write(context, type, Stem(metadata, type), image, weights, metadata, inputs);
    }

    private static string Exposure(RegriddedInput frame) =>
        frame.Header.GetString("EXPID", frame.Header.GetString("DATE-OBS", frame.Input.Id));

    private static string Stem(Metadata metadata, string type) => string.Join('_', new[]
    {
        metadata.GetString("instrument"), type, metadata.GetString("filter").Trim('#'), metadata.GetString("date"),
    }.Where(part => part.Length > 0));

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
