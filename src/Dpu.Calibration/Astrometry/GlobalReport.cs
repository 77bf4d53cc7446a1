using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>Writes a table of a global solution: a row for each frame, and what holds for all in the header.</summary>
internal static class GlobalReport
{
    public const string Type = "gastrometric";

    public static void Write(TaskContext context, IReadOnlyList<StarryFrame> frames, IReadOnlyList<AstrometricFigures> figures, GlobalResult result, string catalog)
    {
        var header = new FitsHeader();
        header.Set("EXTNAME", "FRAMES", "");
        header.Set("ASTRCAT", string.Concat(catalog.Select(c => c is >= ' ' and <= '~' ? c : '?')), "reference catalog");
        header.Set("NSTARS", (long)result.Stars.Count, "stars that the solution rests on");
        header.Set("NSHARED", (long)result.Stars.Count(star => star.Star.Seen.Count > 1), "of these, seen by several frames");
        header.Set("NREFER", (long)result.Stars.Count(star => star.Star.Reference is not null), "of these, known to the catalog");
        header.Set("SCATFRAM", result.InternalScatter, "[arcsec] between frames, beyond sources' errors");
        header.Set("SCATREF", result.ReferenceScatter, "[arcsec] of the catalog");
        var shared = Enumerable.Range(0, frames.Count).Select(i => result.Stars.Count(star => star.Star.Seen.Count > 1 && star.Star.Seen.Any(seen => seen.Frame == i))).ToArray();
        var table = new FitsTable(
            [
                FitsColumn.Of("FRAME", [.. frames.Select(frame => frame.Input.FileName)]),
                FitsColumn.Of("CHIP", [.. frames.Select(frame => frame.Chip)]),
                FitsColumn.Of("EXPOSURE", [.. frames.Select(frame => frame.Exposure)]),
                FitsColumn.Of("RA", [.. figures.Select((f, i) => MiddleOf(frames[i], f).Ra)], "deg"),
                FitsColumn.Of("DEC", [.. figures.Select((f, i) => MiddleOf(frames[i], f).Dec)], "deg"),
                FitsColumn.Of("SOURCES", [.. frames.Select(frame => frame.Stars.Count)]),
                FitsColumn.Of("SHARED", shared),
                FitsColumn.Of("REFERENCES", [.. figures.Select(f => f.Stars)]),
                FitsColumn.Of("RMS", [.. figures.Select(f => f.Rms)], "arcsec"),
                FitsColumn.Of("ERROR", [.. figures.Select(f => f.Error)], "arcsec"),
            ],
            header);
        var about = frames[0].Input.Metadata.Only("instrument", "filter", "date", "object");
        var stem = string.Join('_', new[] { about.GetString("instrument"), Type, about.GetString("filter").Trim('#'), about.GetString("date") }.Where(part => part.Length > 0));
        var path = context.Results.NewPath(stem, ".fits");
        FitsWriter.WriteTable(path, new FitsHeader(), table);
        about["frames"] = frames.Count;
        about["stars"] = result.Stars.Count;
        about["scatter"] = result.InternalScatter;
        about["refscatter"] = result.ReferenceScatter;
        about["astrcat"] = catalog;
        context.Results.Add(Type, path, Type, about, frames.Select(frame => frame.Input));
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static (double Ra, double Dec) MiddleOf(StarryFrame frame, AstrometricFigures figures) => figures.Wcs.PixelToSky(0.5 * (frame.Width + 1), 0.5 * (frame.Height + 1));
}
