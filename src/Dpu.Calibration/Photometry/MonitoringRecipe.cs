using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// How steady a night was: the transparency of each exposure, all chips together, from the stars that the exposures share, and from standard stars where there are some. An
/// extinction, given or measured, is taken off. The product is a table of the exposures over time; a night is *photometric* when
/// the scatter of the transparency beyond its errors is at most <c>PHOTOMETRIC_RMS</c>. The stated errors are those of the fit.
/// </summary>
internal sealed class MonitoringRecipe : IRecipe
{
    private const string Prefix = "Monitoring.process_params.";
    private const string Type = "monitoring";

    public string Name => "Monitoring";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        .. NightOptions.Parameters(Prefix),
        new(Prefix + "EXTINCTION", "auto", "magnitudes per airmass that are taken off; auto: the input 'extinction', else 0"),
        new(Prefix + "PHOTOMETRIC_RMS", "0.02", "scatter of the transparency up to which a night is photometric, magnitudes"),
        .. CatalogMaker.Parameters,
    ];

    public void Run(TaskContext context)
    {
        var maker = new CatalogMaker(context);
        var catalogs = maker.All("photcat");
        context.Log("Making Monitoring object");
        var (extinction, from) = Extinction(context);
        var night = NightSolution.Solve([.. catalogs.Select(c => Above(c, extinction))], [.. catalogs.Select(_ => 0.0)], NightOptions.Of(context.Pars, Prefix));
        night.Report(context.Log);
        Save(context, night, extinction, [.. maker.InputsOf(catalogs), .. from]);
    }

    private static (double Value, TaskInput[] From) Extinction(TaskContext context)
    {
        if (!context.Pars.Text(Prefix + "EXTINCTION").Equals("auto", StringComparison.OrdinalIgnoreCase)) { return (context.Pars.Number(Prefix + "EXTINCTION"), []); }
        if (context.Optional("extinction") is { } input)
        {
            context.Log($"Using AtmosphericExtinction {input.FileName}");
            return (FitsReader.ReadPrimaryHeader(input.Path).GetDouble(ExtinctionRecipe.ValueKey), [input]);
        }

        context.Log("No extinction was given: the transparency is that at each exposure's airmass");
        return (0, []);
    }

    private static Photcat Above(Photcat catalog, double extinction)
    {
        if (extinction == 0) { return catalog; }
        return double.IsFinite(catalog.Airmass)
            ? catalog with { Stars = [.. catalog.Stars.Select(s => s with { Instrumental = s.Instrumental - (extinction * catalog.Airmass) })] }
            : throw RecipeException.BadFile($"{catalog.Name} has no AIRMASS of at least 1; the extinction cannot be taken off. {Prefix}EXTINCTION = 0 leaves it in.");
    }

    private static void Save(TaskContext context, NightSolution night, double extinction, IReadOnlyList<TaskInput> inputs)
    {
        var order = Enumerable.Range(0, night.Exposures).Select(e => FramesOf(night, e)).OrderBy(f => night.Catalogs[f[0]].Mjd).ToArray();
        var points = order.Select(frames => (Frame: night.Catalogs[frames[0]], Point: night.OfExposure(night.ExposureOf(frames[0])), Frames: frames)).ToArray();
        // Exposures that no star connects with the standards have a scale of their own.
        var kinds = points.Select(p => night.IsTied(p.Frames[0])).Distinct().Count();
        if (kinds > 1) { context.Log("Warning : no star connects some exposures with the standard stars: the transparency of these is relative to their own mean"); }
        var rms = points.Length <= kinds ? double.NaN : Math.Sqrt(points.Sum(p => p.Point.Offset * p.Point.Offset) / (points.Length - kinds));
        var intrinsic = Math.Sqrt(Math.Max(0, (rms * rms) - points.Average(p => p.Point.Error * p.Point.Error)));
        var photometric = intrinsic <= context.Pars.Positive(Prefix + "PHOTOMETRIC_RMS");
        var table = Table(night, points.Select(p => p.Frames).ToArray());
        var header = CalibrationProduct.NewHeader(context, PhotometricProduct.HeaderOf(inputs[0]), Type, inputs);
        foreach (var key in (string[])["CHIP", "CCD", "EXPTIME", "GAIN", "RDNOISE", "SATURATE"]) { header.Remove(key); }
        header.Set(ExtinctionRecipe.ValueKey, extinction, "[mag] per airmass, taken off");
        if (double.IsFinite(rms)) { header.Set("TRANSRMS", rms, "[mag] scatter of the transparency"); }
        header.Set("SCATTER", night.Fit.Extra, "[mag] beyond the stars' own errors");
        header.Set("PHOTOM", photometric && points.Length > 1, "whether the night was photometric");
        var path = context.Results.NewPath(PhotometricProduct.Stem(inputs[0], Type, allChips: true), ".fits");
        FitsWriter.WriteTable(path, header, table);
        context.Log(points.Length < 2
            ? "One exposure says nothing about how steady the night was"
            : string.Create(CultureInfo.InvariantCulture, $"The transparency of {points.Length} exposures scatters by {rms:F4} (mag), {intrinsic:F4} beyond its errors: {(photometric ? "photometric" : "not photometric")}"));
        var metadata = PhotometricProduct.AboutAllChips(inputs[0]);
        metadata["exposures"] = points.Length;
        metadata["transparencyrms"] = rms;
        metadata["photometric"] = photometric && points.Length > 1;
        context.Results.Add(Type, path, Type, metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static int[] FramesOf(NightSolution night, int exposure) => [.. Enumerable.Range(0, night.Catalogs.Count).Where(c => night.ExposureOf(c) == exposure)];

    private static FitsTable Table(NightSolution night, int[][] exposures)
    {
        double[] Each(Func<int[], double> value) => [.. exposures.Select(value)];
        Photcat First(int[] frames) => night.Catalogs[frames[0]];
        (double Offset, double Error) Point(int[] frames) => night.OfExposure(night.ExposureOf(frames[0]));
        var header = new FitsHeader();
        header.Set("EXTNAME", "EXPOSURES", "");
        return new FitsTable(
        [
            FitsColumn.Of("EXPID", [.. exposures.Select(f => First(f).Exposure)]),
            FitsColumn.Of("MJD", Each(f => First(f).Mjd), "d"),
            FitsColumn.Of("AIRMASS", Each(f => First(f).Airmass)),
            FitsColumn.Of("TRANSPARENCY", Each(f => -Point(f).Offset), "mag"),
            FitsColumn.Of("TRANSPARENCYERR", Each(f => Point(f).Error), "mag"),
            FitsColumn.Of("ZEROPOINT", Each(f => night.IsTied(f[0]) ? -f.Average(c => night.OffsetOf(c).Offset) : double.NaN), "mag"),
            FitsColumn.Of("SEEING", Each(f => f.Average(c => night.Catalogs[c].Fwhm)), "pixel"),
            FitsColumn.Of("SKY", Each(f => f.Average(c => night.Catalogs[c].Sky))),
            FitsColumn.Of("STARS", [.. exposures.Select(f => night.Sightings.Count(s => f.Contains(s.Catalog)))]),
        ], header);
    }
}
