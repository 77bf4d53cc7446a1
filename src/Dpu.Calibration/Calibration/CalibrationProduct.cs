using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>Writes a calibration file with where it comes from in its header, its picture beside it, and both in the results.</summary>
internal static class CalibrationProduct
{
    private static readonly string[] s_inherited =
        ["ORIGIN", "TELESCOP", "INSTRUME", "CHIP", "CCD", "FILTER", "DATE-OBS", "MJD-OBS", "TIMESYS", "EXPTIME", "GAIN", "RDNOISE", "SATURATE", "PIXSCALE"];

    /// <summary>Metadata that a product has from what it was made of.</summary>
    public static Metadata About(TaskInput input) => input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs");

    /// <summary>
    /// The file of an input that was made last. The runtime picks for matched inputs, but gives all files of the divided one, such as the
    /// biases of several nights.
    /// </summary>
    public static TaskInput Newest(TaskContext context, string name)
    {
        var inputs = context.Required(name);
        var newest = inputs.Count == 1 ? inputs[0] : inputs.MaxBy(i => FitsReader.ReadPrimaryHeader(i.Path).GetString("DATE", ""), StringComparer.Ordinal)!;
        if (inputs.Count > 1)
        {
            context.Log($"Of {inputs.Count} files the one made last is used");
        }
        return newest;
    }

    /// <summary>The pixels of a product that has to fit a bias.</summary>
    public static FitsImage OfSize(TaskInput input, FitsImage bias)
    {
        var image = FitsReader.ReadImage(input.Path);
        return (image.Width, image.Height) == (bias.Width, bias.Height) ? image : throw RecipeException.BadFile(
            $"{input.Path} is {image.Width} x {image.Height} pixels, the bias {bias.Width} x {bias.Height}: they are not of one chip.");
    }

    /// <summary>A header with what the first frame says about camera and time, and nothing that is true of that frame only.</summary>
    public static FitsHeader NewHeader(TaskContext context, FitsHeader first, string type, IReadOnlyList<TaskInput> inputs)
    {
        var header = new FitsHeader();
        foreach (var key in s_inherited)
        {
            if (first.TryGet(key, out var value))
            {
                header.Set(key, value, first.First(c => c.Key == key).Comment);
            }
        }
        header.Set("PRODTYPE", type, "type in the catalog");
        header.Set("DATE", $"{context.Now:yyyy-MM-ddTHH:mm:ss}", "when this file was made, UTC");
        header.Set("RECIPE", context.Recipe, "recipe that made this file");
        header.Set("ATTEMPT", context.Attempt, "job/task/attempt that made this file");
        header.Set("NCOMBINE", (long)inputs.Count, "number of input files");
        foreach (var input in inputs)
        {
            header.AddHistory(Ascii($"{context.Recipe}: from {input.FileName} ({input.Type} {input.Id})"));
        }
        return header;
    }

    public static void Write(TaskContext context, string type, FitsImage image, FitsPixelType pixels, Metadata metadata, IReadOnlyList<TaskInput> inputs) =>
        Write(context, type, Stem(metadata, type), [new FitsImageHdu(image, pixels)], metadata, inputs);

    /// <summary>An image with another one behind it, such as its noise, under a name of its own.</summary>
    public static void Write(TaskContext context, string type, string stem, FitsImage image, FitsImage second, Metadata metadata, IReadOnlyList<TaskInput> inputs) =>
        Write(context, type, stem, [new FitsImageHdu(image), new FitsImageHdu(second)], metadata, inputs);

    /// <summary>An image under a name of its own.</summary>
    public static void Write(TaskContext context, string type, string stem, FitsImageHdu image, Metadata metadata, IReadOnlyList<TaskInput> inputs) =>
        Write(context, type, stem, [image], metadata, inputs);

    private static void Write(TaskContext context, string type, string stem, FitsImageHdu[] hdus, Metadata metadata, IReadOnlyList<TaskInput> inputs)
    {
        var path = context.Results.NewPath(stem, ".fits");
        FitsWriter.Write(path, hdus);
        var image = hdus[0].Image!;
        context.Results.Add(type, path, type, metadata, inputs);
        var picture = Path.ChangeExtension(path, ".png");
        QuickLook.Write(picture, image.Pixels, image.Width, image.Height);
        context.Results.Add(type + ".quicklook", picture, "quicklook", metadata.Only("instrument", "chip", "filter", "date"), inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    /// <summary>A product without pixels: a header with figures.</summary>
    public static void WriteHeader(TaskContext context, string type, FitsHeader header, Metadata metadata, IReadOnlyList<TaskInput> inputs)
    {
        var path = context.Results.NewPath(Stem(metadata, type), ".fits");
        FitsWriter.Write(path, [new FitsImageHdu(header)]);
        context.Results.Add(type, path, type, metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    /// <summary>A product of figures, with a table behind its header.</summary>
    public static void WriteTable(TaskContext context, string type, FitsHeader header, FitsTable table, Metadata metadata, IReadOnlyList<TaskInput> inputs)
    {
        var path = context.Results.NewPath(Stem(metadata, type), ".fits");
        FitsWriter.WriteTable(path, header, table);
        context.Results.Add(type, path, type, metadata, inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    private static string Stem(Metadata metadata, string type) => string.Join('_', new[]
        {
            metadata.GetString("instrument"),
            metadata.GetString("chip"),
            type,
            metadata.GetString("filter").Trim('#'),
            metadata.GetString("date"),
        }.Where(part => part.Length > 0));

    /// <summary>File names are anything; headers and tables are ASCII.</summary>
    public static string Ascii(string text) => string.Create(text.Length, text, static (chars, from) =>
    {
        for (var i = 0; i < chars.Length; i++)
        {
            chars[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
        }
    });
}
