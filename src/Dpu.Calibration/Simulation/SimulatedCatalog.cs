using Dpu.Fits;

namespace Dpu.Calibration.Simulation;

/// <summary>A reference catalog of the field's stars, as the archives have them: positions with errors, magnitudes. It is registered under its name when it is ingested.</summary>
internal static class SimulatedCatalog
{
    public const string FileName = "refcat.fits";

    /// <summary>One sigma along an axis, arc seconds.</summary>
    public const double PositionError = 0.02;

    public static void Write(SimulationOptions options, string name, SkyModel sky)
    {
        var noise = new SeededNoise(options.Seed, Streams.Catalog);
        var places = sky.Stars.Select(star =>
            new TanWcs(star.Ra, star.Dec, 0, 0, 1, 0, 0, 1).PlaneToSky(PositionError / 3600 * noise.Normal(), PositionError / 3600 * noise.Normal())).ToArray();
        var header = new FitsHeader();
        header.Set("REFCAT", name, "name of the reference catalog");
        var table = new FitsTable([
            FitsColumn.Of("RA", Array.ConvertAll(places, place => place.Ra), "deg"),
            FitsColumn.Of("DEC", Array.ConvertAll(places, place => place.Dec), "deg"),
            FitsColumn.Of("MAG", [.. sky.Stars.Select(star => (float)star.Magnitude)], "mag"),
        ]);
        FitsWriter.WriteTable(Path.Combine(options.Output, FileName), header, table);
    }
}
