using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// Global photometry: brings all frames of a filter, chips and dithers together, to one scale of flux by the stars that several of them show. The products are the
/// frames, their pixels as they were, with FLXSCALE (what to multiply with; Coadd does) and, where standard stars tie them to the
/// sky, MAGZERO. The stated errors are those of the fit (see <see cref="NightSolution"/>), scatter beyond the stars' own errors included.
/// </summary>
internal sealed class GPhotometryRecipe : IRecipe
{
    private const string Prefix = "GPhotometry.process_params.";
    private const string Type = "gphotometry";

    public string Name => "GPhotometry";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = [.. NightOptions.Parameters(Prefix), .. CatalogMaker.Parameters];

    public void Run(TaskContext context)
    {
        var maker = new CatalogMaker(context);
        var (catalogs, flats) = (new List<Photcat>(), new List<double>());
        foreach (var input in context.Required("reduced"))
        {
            var image = FitsReader.ReadImage(input.Path);
            catalogs.Add(maker.Measure(input, image).Catalog);
            flats.Add(image.Header.GetDouble("FLATLEV", 0));
        }

        context.Log("Making GPhotometry object");
        if (flats.Exists(f => f <= 0)) { context.Log("Warning : not every frame has FLATLEV, the level of its flat field; chips are tied by their stars alone"); }
        var night = NightSolution.Solve(catalogs, flats, NightOptions.Of(context.Pars, Prefix));
        night.Report(context.Log);
        var offsets = Enumerable.Range(0, catalogs.Count).Select(night.OffsetOf).ToArray();
        var means = offsets.GroupBy(o => o.IsTied).ToDictionary(g => g.Key, g => g.Average(o => o.Offset));
        if (means.Count > 1)
        {
            context.Log($"Warning : no star connects {string.Join(", ", catalogs.Where((_, i) => !offsets[i].IsTied).Select(c => c.Name))} with the standard stars: they have no zero point, and no common scale with the others");
        }

        var inputs = maker.InputsOf(catalogs);
        for (var i = 0; i < catalogs.Count; i++) { SaveFrame(context, catalogs[i], offsets[i], means[offsets[i].IsTied], inputs); }
        SaveTable(context, night, offsets, means, inputs);
    }

    private static double Scale(FrameOffset offset, double mean) => Math.Pow(10, 0.4 * (offset.Offset - mean));

    private static void SaveFrame(TaskContext context, Photcat catalog, FrameOffset offset, double mean, IReadOnlyList<TaskInput> inputs)
    {
        var image = FitsReader.ReadImage(catalog.Input.Path);
        var (header, scale) = (image.Header, Scale(offset, mean));
        header.Set(GPhotometryKeys.Scale, scale, "times the flux: on the scale of all frames");
        header.Set(GPhotometryKeys.ScaleError, scale * offset.Error * Math.Log(10) / 2.5, "one sigma of FLXSCALE");
        header.Set(GPhotometryKeys.Solution, context.Attempt, "solution that FLXSCALE is of");
        var metadata = catalog.Input.Metadata.Clone();
        metadata["fluxscale"] = scale;
        metadata["fluxscaleerror"] = scale * offset.Error * Math.Log(10) / 2.5;
        header.Remove(GPhotometryKeys.ZeroPoint);
        header.Remove(GPhotometryKeys.ZeroPointError);
        if (offset.IsTied)
        {
            header.Set(GPhotometryKeys.ZeroPoint, -offset.Offset, "[mag] of one unit of this frame's flux");
            header.Set(GPhotometryKeys.ZeroPointError, offset.Error, "[mag] one sigma of MAGZERO");
            metadata["zeropoint"] = -offset.Offset;
        }

        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"{catalog.Name} : flux scale {scale:F4}, {(offset.IsTied ? string.Create(CultureInfo.InvariantCulture, $"zeropoint {-offset.Offset:F4}") : "no zeropoint")} +- {offset.Error:F4} (mag)"));
        ScienceProduct.Describe(context, header, "reduced", [catalog.Input]);
        ScienceProduct.Write(context, "reduced", FrameNames.Stem(catalog.Input, "reduced"), image, null, metadata, [catalog.Input, .. inputs.Where(i => i.Type == StandardCatalog.Input)]);
    }

    private static void SaveTable(TaskContext context, NightSolution night, FrameOffset[] offsets, Dictionary<bool, double> means, IReadOnlyList<TaskInput> inputs)
    {
        var catalogs = night.Catalogs;
        double[] Each(Func<int, double> value) => [.. Enumerable.Range(0, catalogs.Count).Select(value)];
        var header = new FitsHeader();
        header.Set("EXTNAME", "FRAMES", "");
        header.Set("SCATTER", night.Fit.Extra, "[mag] beyond the stars' own errors");
        var table = new FitsTable(
        [
            FitsColumn.Of("EXPID", [.. catalogs.Select(c => c.Exposure)]),
            FitsColumn.Of("CHIP", [.. catalogs.Select(c => c.Chip)]),
            FitsColumn.Of("AIRMASS", Each(i => catalogs[i].Airmass)),
            FitsColumn.Of("OFFSET", Each(i => offsets[i].Offset), "mag"),
            FitsColumn.Of("ERROR", Each(i => offsets[i].Error), "mag"),
            FitsColumn.Of("FLXSCALE", Each(i => Scale(offsets[i], means[offsets[i].IsTied]))),
            FitsColumn.Of("MAGZERO", Each(i => offsets[i].IsTied ? -offsets[i].Offset : double.NaN), "mag"),
            FitsColumn.Of("STARS", [.. Enumerable.Range(0, catalogs.Count).Select(i => night.Sightings.Count(s => s.Catalog == i))]),
        ], header);
        var path = context.Results.NewPath(PhotometricProduct.Stem(catalogs[0].Input, Type, allChips: true), ".fits");
        var primary = CalibrationProduct.NewHeader(context, PhotometricProduct.HeaderOf(catalogs[0].Input), Type, inputs);
        foreach (var key in (string[])["CHIP", "CCD", "EXPTIME", "GAIN", "RDNOISE", "SATURATE"]) { primary.Remove(key); }
        FitsWriter.WriteTable(path, primary, table);
        var metadata = PhotometricProduct.AboutAllChips(catalogs[0].Input);
        metadata["frames"] = catalogs.Count;
        metadata["scatter"] = night.Fit.Extra;
        metadata["error"] = offsets.Max(o => o.Error);
        context.Results.Add(Type, path, Type, metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }
}
