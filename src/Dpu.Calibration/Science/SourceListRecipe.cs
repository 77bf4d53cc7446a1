using System.Globalization;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>Finds and measures the sources of each image; writes them as a FITS table and as a VOTable.</summary>
/// <param name="finder">What finds them.</param>
internal sealed class SourceListRecipe(ISourceFinder finder) : IRecipe
{
    public string Name => "SourceList";

    public IReadOnlyList<ProcessParameter> Parameters => SourceListParameters.All;

    public void Run(TaskContext context)
    {
        foreach (var input in context.Required("image"))
        {
            context.Log("Making SourceList object");
            context.Log($"Using {FrameNames.ClassOf(input.Type)} {input.FileName}");
            MakeList(context, input);
        }
    }

    private void MakeList(TaskContext context, TaskInput input)
    {
        var image = FitsReader.ReadImage(input.Path);
        var isRaw = FrameNames.IsRaw(input.Type, image.Header);
        var weights = isRaw ? null : WeightExtension.Read(input.Path, image);
        var options = SourceListParameters.Extraction(context.Pars, image.Header, isRaw);
        var zeroPoint = SourceListParameters.ZeroPoint(context.Pars, image.Header);
        var found = finder.Find(context, image, weights, options)
            ?? throw RecipeException.Wrong($"{input.FileName}: no part of the image has enough good pixels for a background.");
        Report(context, found, options);
        var wcs = SkyOf(context, image.Header);
        var unit = image.Header.GetString("BUNIT", "adu");
        Save(context, input, image.Header, SourceTable.Columns(found.Sources, wcs, unit, zeroPoint), found, options, zeroPoint);
    }

    private static TanWcs? SkyOf(TaskContext context, FitsHeader header)
    {
        try
        {
            return TanWcs.FromHeader(header);
        }
        catch (FitsException e)
        {
            context.Log($"Warning : positions on the sky are not known ({e.Message})");
            return null;
        }
    }

    private static void Report(TaskContext context, FoundSources found, ExtractionOptions options)
    {
        void Log(FormattableString line) => context.Log(line.ToString(CultureInfo.InvariantCulture));
        if (options.FindSections)
        {
            Log($"Sections that show sky : {string.Join(' ', found.Sections)}");
        }

        Log($"Background mesh : {options.Background.CellSize} (pixels)");
        Log($"Background level is : {found.Background:F3} (mean), noise {found.Noise:F3}");
        Log($"Detection threshold : {options.Detection.Threshold:F1} (sigma), at least {options.Detection.AreaMin} pixels");
        Log($"Number of sources is : {found.Sources.Count}");
        int Count(SourceFlags flag) => found.Sources.Count(s => s.Flags.HasFlag(flag));
        Log($"Of these {Count(SourceFlags.Blended)} blended, {Count(SourceFlags.Saturated)} saturated, {Count(SourceFlags.Edge)} at an edge, {Count(SourceFlags.BadPixel)} with bad pixels");
        var clean = found.Sources.Where(s => s.Flags == SourceFlags.None && s.FluxAuto.SignalToNoise > 20).Select(s => (float)s.Fwhm).ToArray();
        if (clean.Length > 0) { Log($"Median FWHM of {clean.Length} clean sources is : {RobustStatistics.Median(clean):F2} (pixels)"); }
    }

    private static void Save(
        TaskContext context, TaskInput input, FitsHeader image, IReadOnlyList<SourceColumn> columns, FoundSources found, ExtractionOptions options, double zeroPoint)
    {
        var stem = FrameNames.Stem(input, "sourcelist");
        var fits = context.Results.NewPath(stem, ".fits");
        var table = new FitsTable([.. columns.Select(c => c.ToFits())], TableHeader(image, input, found, options, zeroPoint));
        FitsWriter.WriteTable(fits, new FitsHeader(), table);
        var votable = context.Results.NewPath(stem, ".vot");
        VoTableWriter.Write(
            votable, "sources", $"Sources of {input.FileName}", ReferenceSystem(image), columns, table.Header.Where(c => !c.IsCommentary).Select(c => KeyValuePair.Create(c.Key, c.Value.Text)));
        var metadata = input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exptime", "exposure");
        metadata["sources"] = found.Sources.Count;
        metadata["background"] = found.Background;
        metadata["noise"] = found.Noise;
        context.Results.Add("sourcelist", fits, "sourcelist", metadata, [input]);
        metadata["format"] = "votable";
        context.Results.Add("sourcelist.votable", votable, "sourcelist", metadata, [input]);
    }

    private static FitsHeader TableHeader(FitsHeader image, TaskInput input, FoundSources found, ExtractionOptions options, double zeroPoint)
    {
        var header = new FitsHeader();
        header.Set("EXTNAME", "SOURCES", "");
        header.Set("IMAGE", input.FileName, "where the sources were found");
        foreach (var key in (string[])["INSTRUME", "CHIP", "OBJECT", "FILTER", "DATE-OBS", "EXPTIME", "BUNIT", "RADESYS", "EQUINOX"])
        {
            if (image.TryGet(key, out var value)) { header.Set(key, value); }
        }

        header.Set("BACKLEVL", found.Background, "mean background per pixel");
        header.Set("BACKRMS", found.Noise, "mean noise per pixel");
        header.Set("THRESH", options.Detection.Threshold, "detection level in units of the noise");
        header.Set("MINAREA", (long)options.Detection.AreaMin, "least number of pixels");
        header.Set("APERTURE", options.Measurement.ApertureDiameter, "[pixel] diameter for FLUX_APER");
        header.Set("MAGZERO", zeroPoint, "magnitude of one unit of flux");
        return header;
    }

    private static string ReferenceSystem(FitsHeader image) => image.GetString("CTYPE1", "").Contains("TAN", StringComparison.Ordinal)
        ? image.GetString("RADESYS", "ICRS").ToUpperInvariant() switch { "FK5" => "eq_FK5", "FK4" => "eq_FK4", _ => "ICRS" }
        : "";
}
