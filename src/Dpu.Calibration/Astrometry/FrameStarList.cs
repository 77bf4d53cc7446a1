using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Astrometry;

/// <summary>
/// The sources of a frame for a global solution, in a file of their own: <c>GAstromSL</c> makes it chip by chip, and <c>GAstrometry</c> reads it instead of looking for the sources again. It says which frame it is
/// of, by the frame's id in the catalog.
/// </summary>
internal static class FrameStarList
{
    public const string Type = "gastrom-sourcelist";

    /// <summary>The input with such lists.</summary>
    public const string Input = "lists";

    private const string ImageIdKey = "imageid";

    /// <summary>The lists that a task was given, by the id of their frame; of several the last.</summary>
    public static IReadOnlyDictionary<string, TaskInput> Known(TaskContext context)
    {
        var known = new Dictionary<string, TaskInput>(StringComparer.Ordinal);
        foreach (var input in context.Inputs(Input))
        {
            if (input.Metadata.GetString(ImageIdKey) is { Length: > 0 } id) { known[id] = input; }
        }

        return known;
    }

    public static void Write(TaskContext context, StarryFrame frame)
    {
        var header = new FitsHeader();
        header.Set("EXTNAME", "SOURCES", "");
        header.Set("IMGWIDTH", (long)frame.Width, "[pixel] width of the frame");
        header.Set("IMGHIGH", (long)frame.Height, "[pixel] height of the frame");
        var sky = frame.Stars.Select(star => frame.Wcs.PixelToSky(star.X, star.Y)).ToArray();
        var table = new FitsTable(
            [
                FitsColumn.Of("X", [.. frame.Stars.Select(star => star.X)], "pixel"),
                FitsColumn.Of("Y", [.. frame.Stars.Select(star => star.Y)], "pixel"),
                FitsColumn.Of("ERROR", [.. frame.Stars.Select(star => star.Error)], "pixel"),
                FitsColumn.Of("FLUX", [.. frame.Stars.Select(star => star.Flux)]),
                FitsColumn.Of("RA", [.. sky.Select(position => position.Ra)], "deg"),
                FitsColumn.Of("DEC", [.. sky.Select(position => position.Dec)], "deg"),
            ],
            header);
        var path = context.Results.NewPath(Science.FrameNames.Stem(frame.Input, Type), ".fits");
        FitsWriter.WriteTable(path, new FitsHeader(), table);
        var metadata = frame.Input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exposure");
        metadata["sources"] = frame.Stars.Count;
        metadata[ImageIdKey] = frame.Input.Id;
        context.Results.Add(Type, path, Type, metadata, [frame.Input]);
        context.Log($"Number of sources is : {frame.Stars.Count}");
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    /// <summary>A frame with the sources of its list: its pixels are not read.</summary>
    public static StarryFrame Read(TaskContext context, TaskInput input, TaskInput list)
    {
        using var rows = FitsRowReader.Open(input.Path);
        var table = FitsReader.ReadTable(list.Path);
        var (x, y, error, flux) = (table["X"], table["Y"], table["ERROR"], table["FLUX"]);
        var (width, height) = (table.Header.GetInt64("IMGWIDTH"), table.Header.GetInt64("IMGHIGH"));
        if (width != rows.Width || height != rows.Height)
        {
            throw RecipeException.BadFile($"{list.FileName} is of a frame of {width} x {height} pixels, {input.FileName} has {rows.Width} x {rows.Height}.");
        }

        context.Log($"Using SourceList {list.FileName}");
        var stars = Enumerable.Range(0, table.RowCount).Select(i => new FrameStar(x.GetDouble(i), y.GetDouble(i), error.GetDouble(i), flux.GetDouble(i)));
        return new StarryFrame(input, rows.Header, rows.Width, rows.Height, TanWcs.FromHeader(rows.Header), [.. stars]);
    }
}
