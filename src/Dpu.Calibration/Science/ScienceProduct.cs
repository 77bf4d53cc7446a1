using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>Writes an image of the science recipes with its weights and its picture, and adds them to the results.</summary>
internal static class ScienceProduct
{
    /// <summary>Tells a product's header from a raw frame's.</summary>
    public const string TypeKey = "PRODTYPE";

    /// <summary>What later jobs select by, of those that the input has.</summary>
    public static Metadata About(TaskInput input) =>
        input.Metadata.Only("instrument", "chip", "filter", "date", "dateobs", "object", "exptime", "exposure", "ra", "dec");

    /// <summary>Says in the header what the image is and what it was made of.</summary>
    public static void Describe(TaskContext context, FitsHeader header, string type, IEnumerable<TaskInput> inputs)
    {
        header.Set(TypeKey, type, "type in the catalog");
        header.Set("DATE", $"{context.Now:yyyy-MM-ddTHH:mm:ss}", "when this file was made, UTC");
        header.Set("RECIPE", context.Recipe, "recipe that made this file");
        header.Set("ATTEMPT", context.Attempt, "job/task/attempt that made this file");
        foreach (var input in inputs) { header.AddHistory(Ascii($"{context.Recipe}: from {input.FileName}")); }
    }

    /// <param name="stem">The file's name without attempt and extension.</param>
    /// <param name="weights">Null for an image whose bad pixels are all that is to be said.</param>
    public static void Write(
        TaskContext context, string type, string stem, FitsImage image, FitsImage? weights, Metadata metadata, IReadOnlyList<TaskInput> inputs)
    {
        var path = context.Results.NewPath(stem, ".fits");
        List<FitsHdu> hdus = [new FitsImageHdu(image)];
        if (weights is not null)
        {
            weights.Header.Set("EXTNAME", WeightExtension.Name, "1/noise^2, 0: no image");
            hdus.Add(new FitsImageHdu(weights));
        }

        FitsWriter.Write(path, hdus);
        context.Results.Add(type, path, type, metadata, inputs);
        var picture = Path.ChangeExtension(path, ".png");
        QuickLook.Write(picture, image);
        context.Results.Add(type + ".quicklook", picture, "quicklook", metadata.Only("instrument", "chip", "filter", "date", "object"), inputs);
        context.Log($"Wrote {Path.GetFileName(path)}");
    }

    // File names are anything; headers are ASCII.
    private static string Ascii(string text) => string.Create(text.Length, text, static (chars, from) =>
    {
        for (var i = 0; i < chars.Length; i++) { chars[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?'; }
    });
}
