using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>Writes a table of standard stars, the brightest constant ones of the field, with magnitudes that have errors of their own, as catalogs have.</summary>
internal static class StandardsTable
{
    public const string FileName = "standards.fits";
    private const double Error = 0.01;

    public static void Write(SimulationOptions options, Camera camera, SkyModel sky)
    {
        var (effects, noise) = (new SkyEffects(options, camera, sky), new SeededNoise(options.Seed, Streams.Standards));
        var stars = sky.Stars.Where(s => effects.VariationOf(s.Id) is null).OrderBy(s => s.Magnitude).Take(options.Standards).ToArray();
        var band = new string([.. options.Filter.Where(char.IsAsciiLetterOrDigit)]);
        var primary = new FitsHeader();
        primary.Set("PRODTYPE", "standards", "type in the catalog");
        primary.Set("CATALOG", "SIMULATION", "made by dpu-calibration simulate");
        var table = new FitsTable(
        [
            FitsColumn.Of("RA", [.. stars.Select(s => s.Ra)], "deg"),
            FitsColumn.Of("DEC", [.. stars.Select(s => s.Dec)], "deg"),
            FitsColumn.Of("MAG_" + band, [.. stars.Select(s => s.Magnitude + (Error * noise.Normal()))], "mag"),
            FitsColumn.Of("MAGERR_" + band, [.. stars.Select(_ => Error)], "mag"),
        ]);
        FitsWriter.WriteTable(Path.Combine(options.Output, FileName), primary, table);
    }
}
