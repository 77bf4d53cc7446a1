using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Photometry;

/// <summary>
/// The atmospheric extinction of a night and filter, from all stars that were seen at several airmasses, all chips together: <c>m = m₀ + k X</c> with a level
/// m₀ for each star and chip, so that neither zero points nor standards need be known. Standard stars help beyond that: two of them
/// at different airmasses tell k, though neither was seen twice. The stated error is that of the weighted fit or what the
/// exposures' scatter shows, whichever is larger: with four exposures or more a veil of cloud widens it.
/// </summary>
internal sealed class ExtinctionRecipe : IRecipe
{
    public const string ValueKey = "EXTINCT";
    public const string ErrorKey = "EXTERR";
    private const string Prefix = "AtmosphericExtinction.process_params.";
    private const int Slope = 0;

    public string Name => "Extinction";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Prefix + "SIGMA_CLIP", "4.0", "measurements whose residual exceeds this many sigma are left out"),
        new(Prefix + "ERROR_MAX", "0.05", "largest error of an instrumental magnitude that is used"),
        new(Prefix + "AIRMASS_RANGE_MIN", "0.2", "range of airmass that is needed"),
        .. CatalogMaker.Parameters,
    ];

    public void Run(TaskContext context)
    {
        var maker = new CatalogMaker(context);
        var catalogs = maker.All("photcat");
        PhotometricStars.CheckFilter(catalogs);
        context.Log("Making AtmosphericExtinction object");
        var (low, high) = AirmassRange(context, catalogs);
        var chips = catalogs.Select(c => c.Chip).Distinct(StringComparer.Ordinal).ToList();
        var sightings = OfChips(PhotometricStars.Identify(
            catalogs, context.Pars.Positive(CatalogMaker.Prefix + "RADIUS"), context.Pars.Positive(Prefix + "ERROR_MAX")), catalogs, chips);
        int ChipOf(Sighting s) => chips.IndexOf(catalogs[s.Catalog].Chip);
        var data = PhotometricData.Of(
            sightings, PhotometricStars.Exposures(catalogs), s => s.Star.Magnitude,
            s => [new(Slope, catalogs[s.Catalog].Airmass), new(1 + ChipOf(s), -1)]);
        var fixedChips = PhotometricData.Untied(sightings, chips.Count, ChipOf).SelectMany(set => set.Select(chip => new[] { 1 + chip })).ToArray();
        var fit = MagnitudeFit.Solve(data, 1 + chips.Count, context.Pars.Positive(Prefix + "SIGMA_CLIP"), fixedChips)
            ?? throw RecipeException.BadFile($"{catalogs[0].Name} and {catalogs.Count - 1} more: no star was seen at two airmasses, and no two standard stars at different ones; the extinction cannot be told.");
        Save(context, maker.InputsOf(catalogs), fit, PhotometricData.Error(data, fit, Slope), (low, high), sightings.Select(s => s.Identity).Distinct().Count());
    }

    private static (double Low, double High) AirmassRange(TaskContext context, IReadOnlyList<Photcat> catalogs)
    {
        if (catalogs.FirstOrDefault(c => !double.IsFinite(c.Airmass)) is { } without)
        {
            throw RecipeException.BadFile($"{without.Name} has no AIRMASS of at least 1; the extinction is told by it.");
        }

        var (low, high, needed) = (catalogs.Min(c => c.Airmass), catalogs.Max(c => c.Airmass), context.Pars.Positive(Prefix + "AIRMASS_RANGE_MIN"));
        context.Log(string.Create(CultureInfo.InvariantCulture, $"Airmass is : {low:F3} to {high:F3}, {catalogs.Count} frames"));
        return high - low >= needed ? (low, high) : throw RecipeException.BadFile(string.Create(CultureInfo.InvariantCulture,
            $"The airmass of {catalogs.Count} frames goes from {low:F3} to {high:F3} only; a range of {needed} is needed to tell the extinction."));
    }

    /// <summary>A star on two chips counts as two: their zero points differ.</summary>
    private static List<Sighting> OfChips(IReadOnlyList<Sighting> sightings, IReadOnlyList<Photcat> catalogs, List<string> chips) =>
        [.. sightings.Select(s => s with { Identity = (s.Identity * chips.Count) + chips.IndexOf(catalogs[s.Catalog].Chip) })];

    private static void Save(TaskContext context, IReadOnlyList<TaskInput> inputs, MagnitudeSolution fit, double error, (double Low, double High) airmass, int stars)
    {
        var header = CalibrationProduct.NewHeader(context, PhotometricProduct.HeaderOf(inputs[0]), "extinction", inputs);
        foreach (var key in (string[])["CHIP", "CCD", "EXPTIME", "GAIN", "RDNOISE", "SATURATE"]) { header.Remove(key); }
        header.Set(ValueKey, fit.Parameters[Slope], "[mag] per airmass");
        header.Set(ErrorKey, error, "[mag] one sigma of it");
        header.Set("AIRMMIN", airmass.Low, "least airmass");
        header.Set("AIRMMAX", airmass.High, "largest airmass");
        header.Set("SCATTER", fit.Extra, "[mag] beyond the stars' own errors");
        header.Set("NSTARS", (long)stars, "number of stars");
        var path = context.Results.NewPath(PhotometricProduct.Stem(inputs[0], "extinction", allChips: true), ".fits");
        FitsWriter.Write(path, [new FitsImageHdu(header)]);
        context.Log(string.Create(CultureInfo.InvariantCulture,
            $"The extinction is : {fit.Parameters[Slope]:F4} +- {error:F4} (mag per airmass), {stars} stars, scatter {fit.Extra:F4}"));
        var metadata = PhotometricProduct.AboutAllChips(inputs[0]);
        metadata["extinction"] = fit.Parameters[Slope];
        metadata["extinctionerror"] = error;
        metadata["airmassmin"] = airmass.Low;
        metadata["airmassmax"] = airmass.High;
        metadata["stars"] = stars;
        context.Results.Add("extinction", path, "extinction", metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }
}
