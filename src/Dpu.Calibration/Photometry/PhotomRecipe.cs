using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Science;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// The zero point of a chip and filter: the magnitude, above the atmosphere, of a star that gives one unit of flux a second, from
/// <c>m = M − Z + k X</c> over all standard stars of all frames. The extinction k is given, or fitted along where the airmass X changes enough; where
/// neither is, the zero point is that at the mean airmass, and says so. The stated error is that of the weighted fit, the scatter that the stars' own errors do not
/// explain included, or what the exposures' scatter shows when that is larger; a given extinction adds its error times the mean airmass.
/// </summary>
internal sealed class PhotomRecipe : IRecipe
{
    private const string Prefix = "PhotometricParameters.process_params.";
    private const int Zero = 0;
    private const int Slope = 1;

    public string Name => "Photom";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "SIGMA_CLIP", "4.0", "stars whose residual exceeds this many sigma are left out"),
        new(Prefix + "ERROR_MAX", "0.1", "largest error of an instrumental magnitude that is used"),
        new(Prefix + "STARS_MIN", "3", "how many standard stars are needed"),
        new(Prefix + "EXTINCTION", "auto", "magnitudes per airmass; auto: the input 'extinction', else as fit; fit: from these frames, if their airmass changes enough; none: the zero point holds at the mean airmass"),
        new(Prefix + "AIRMASS_RANGE_MIN", "0.2", "range of airmass that a fit of the extinction needs"),
        .. CatalogMaker.Parameters,
    ];

    public void Run(TaskContext context)
    {
        var maker = new CatalogMaker(context);
        var catalogs = maker.All("photcat");
        PhotometricStars.CheckFilter(catalogs);
        CheckChip(catalogs);
        context.Log("Making PhotometricParameters object");
        var sightings = PhotometricStars.Identify(catalogs, context.Pars.Positive(CatalogMaker.Prefix + "RADIUS"), context.Pars.Positive(Prefix + "ERROR_MAX"));
        var standards = sightings.Where(s => s.Star.IsStandard).Select(s => s.Identity).Distinct().Count();
        var needed = context.Pars.Integer(Prefix + "STARS_MIN");
        if (standards < Math.Max(1, needed))
        {
            throw RecipeException.BadFile($"{catalogs[0].Name}{(catalogs.Count > 1 ? $" and {catalogs.Count - 1} more" : "")}: {standards} usable standard stars; {Math.Max(1, needed)} are needed. A catalog of standards is given by the input 'standards' or {CatalogMaker.Prefix}REFCAT.");
        }

        context.Log($"Using {standards} standard stars of {catalogs.Count} frames");
        var outcome = Solve(context, catalogs, sightings);
        Save(context, catalogs, outcome, [.. maker.InputsOf(catalogs), .. outcome.Source == "input" ? context.Inputs("extinction").Take(1) : []]);
    }

    private static void CheckChip(IReadOnlyList<Photcat> catalogs)
    {
        var chips = catalogs.Select(c => c.Chip).Distinct(StringComparer.Ordinal).ToArray();
        if (chips.Length > 1) { throw RecipeException.Wrong($"Each chip has a zero point of its own; these catalogs are of {string.Join(", ", chips)}."); }
    }

    /// <param name="Source">Where the extinction is from: <c>fit</c>, <c>input</c>, <c>parameter</c>, <c>none</c>.</param>
    /// <param name="Airmass">The airmass that the zero point holds at: 0 when the extinction is known.</param>
    private sealed record Outcome(
        double Zero, double ZeroError, double Extinction, double ExtinctionError, string Source, double Airmass,
        IReadOnlyList<Sighting> Sightings, IReadOnlyList<MagnitudeDatum> Data, MagnitudeSolution Fit);

    private static Outcome Solve(TaskContext context, IReadOnlyList<Photcat> catalogs, IReadOnlyList<Sighting> sightings)
    {
        var (low, high) = (catalogs.Min(c => c.Airmass), catalogs.Max(c => c.Airmass));
        var (extinction, error, source) = Extinction(context);
        var isFit = source == "fit" && high - low >= context.Pars.Positive(Prefix + "AIRMASS_RANGE_MIN");
        if (source is "input" or "parameter" && !double.IsFinite(low + high))
        {
            throw RecipeException.BadFile($"{catalogs.First(c => !double.IsFinite(c.Airmass)).Name} has no AIRMASS of at least 1: the extinction cannot be taken off. EXTINCTION=none leaves it in the zero point.");
        }

        var exposures = PhotometricStars.Exposures(catalogs);
        var known = source is "input" or "parameter";
        var data = PhotometricData.Of(
            sightings, exposures,
            s => s.Star.Magnitude - (known ? extinction * catalogs[s.Catalog].Airmass : 0),
            s => isFit ? [new(Zero, -1), new(Slope, catalogs[s.Catalog].Airmass)] : [new(Zero, -1)]);
        var fit = MagnitudeFit.Solve(data, isFit ? 2 : 1, context.Pars.Positive(Prefix + "SIGMA_CLIP"))
            ?? throw RecipeException.BadFile($"{catalogs[0].Name}: the standard stars do not determine zero point and extinction.");
        var mean = sightings.Average(s => catalogs[s.Catalog].Airmass);
        var zeroError = PhotometricData.Error(data, fit, Zero);
        if (isFit) { return new(fit.Parameters[Zero], zeroError, fit.Parameters[Slope], PhotometricData.Error(data, fit, Slope), "fit", 0, sightings, data, fit); }
        if (known) { return new(fit.Parameters[Zero], Math.Sqrt((zeroError * zeroError) + (mean * mean * error * error)), extinction, error, source, 0, sightings, data, fit); }
        context.Log(double.IsFinite(mean)
            ? Text($"Warning : the extinction is not known and not fitted (airmass {low:F3} to {high:F3}); the zero point holds at airmass {mean:F3}")
            : "Warning : the extinction is not known, and not every frame has an AIRMASS; the zero point holds at that of the frames");
        return new(fit.Parameters[Zero], zeroError, double.NaN, double.NaN, "none", mean, sightings, data, fit);
    }

    private static (double Value, double Error, string Source) Extinction(TaskContext context)
    {
        var text = context.Pars.Text(Prefix + "EXTINCTION");
        bool Is(string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
        if (Is("none") || Is("fit")) { return (double.NaN, 0, Is("fit") ? "fit" : "none"); }
        if (!Is("auto")) { return (context.Pars.Number(Prefix + "EXTINCTION"), 0, "parameter"); }
        if (context.Optional("extinction") is not { } input) { return (double.NaN, 0, "fit"); }
        context.Log($"Using AtmosphericExtinction {input.FileName}");
        var header = FitsReader.ReadPrimaryHeader(input.Path);
        return (header.GetDouble(ExtinctionRecipe.ValueKey), header.GetDouble(ExtinctionRecipe.ErrorKey, 0), "input");
    }

    private static void Save(TaskContext context, IReadOnlyList<Photcat> catalogs, Outcome o, IReadOnlyList<TaskInput> inputs)
    {
        var header = CalibrationProduct.NewHeader(context, PhotometricProduct.HeaderOf(catalogs[0].Input), "zeropoint", inputs);
        foreach (var key in (string[])["EXPTIME", "GAIN", "RDNOISE", "SATURATE"]) { header.Remove(key); }
        header.Set("ZEROPNT", o.Zero, "[mag] of one unit of flux per second");
        header.Set("ZPERR", o.ZeroError, "[mag] one sigma of ZEROPNT");
        if (double.IsFinite(o.Airmass)) { header.Set("ZPAIRM", o.Airmass, "airmass that ZEROPNT holds at; 0: above the atmosphere"); }
        if (double.IsFinite(o.Extinction))
        {
            header.Set(ExtinctionRecipe.ValueKey, o.Extinction, "[mag] per airmass");
            header.Set(ExtinctionRecipe.ErrorKey, o.ExtinctionError, "[mag] one sigma of it");
        }

        header.Set("EXTSRC", o.Source, "extinction: fit, input, parameter, none");
        header.Set("SCATTER", o.Fit.Extra, "[mag] beyond the stars' own errors");
        var used = o.Sightings.Where((s, i) => s.Star.IsStandard && o.Fit.IsKept[i]).Select(s => s.Identity).Distinct().Count();
        header.Set("NSTDS", (long)used, "standard stars used");
        var path = context.Results.NewPath(PhotometricProduct.Stem(catalogs[0].Input, "zeropoint"), ".fits");
        FitsWriter.WriteTable(path, header, Residuals(catalogs, o));
        context.Log(Text($"The zeropoint for ccd {catalogs[0].Chip} is : {o.Zero:F4} +- {o.ZeroError:F4} (mag), {used} stars, scatter {o.Fit.Extra:F4}"));
        if (double.IsFinite(o.Extinction)) { context.Log(Text($"The extinction is : {o.Extinction:F4} +- {o.ExtinctionError:F4} (mag per airmass), from {o.Source}")); }
        var metadata = CalibrationProduct.About(catalogs[0].Input);
        metadata["zeropoint"] = o.Zero;
        metadata["zeropointerror"] = o.ZeroError;
        metadata["extinction"] = o.Extinction;
        metadata["stars"] = used;
        metadata["scatter"] = o.Fit.Extra;
        context.Results.Add("zeropoint", path, "zeropoint", metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static FitsTable Residuals(IReadOnlyList<Photcat> catalogs, Outcome o)
    {
        var rows = Enumerable.Range(0, o.Sightings.Count).Where(i => o.Sightings[i].Star.IsStandard).ToArray();
        double[] Each(Func<int, double> value) => [.. rows.Select(value)];
        var header = new FitsHeader();
        header.Set("EXTNAME", "RESIDUALS", "");
        SourceColumn[] columns =
        [
            new("RA", "deg", "pos.eq.ra;meta.main", "right ascension", Each(i => o.Sightings[i].Star.Ra)),
            new("DEC", "deg", "pos.eq.dec;meta.main", "declination", Each(i => o.Sightings[i].Star.Dec)),
            new("AIRMASS", "", "obs.airMass", "airmass of the frame", Each(i => catalogs[o.Sightings[i].Catalog].Airmass)),
            new("MAG_INST", "mag", "phot.mag;instr", "instrumental magnitude, evenly lit", Each(i => o.Sightings[i].Star.Magnitude)),
            new("MAG_REF", "mag", "phot.mag", "magnitude of the standard star", Each(i => o.Sightings[i].Star.Reference)),
            new("RESIDUAL", "mag", "phot.mag;arith.diff", "MAG_INST less the model with MAG_REF", Each(i => Residual(o, i))),
            new("USED", "", "meta.code", "1: used, 0: clipped", rows.Select(i => o.Fit.IsKept[i] ? 1 : 0).ToArray()),
        ];
        return new FitsTable([.. columns.Select(c => c.ToFits())], header);
    }

    private static double Residual(Outcome o, int i) =>
        o.Data[i].Value - o.Data[i].Terms.Sum(t => t.Factor * o.Fit.Parameters[t.Parameter]) - o.Sightings[i].Star.Reference;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
