using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Finds pixels of a flat field that respond less than their surroundings by many times the scatter of the others. The mask holds 1 for a cold pixel and 0
/// for a good one, in the flat's geometry. A pixel of response r is certain to be found when 1 − r exceeds the threshold by three sigma, and of N good
/// ones N · Q(threshold) are taken for cold.
/// </summary>
internal sealed class ColdPixelsRecipe : IRecipe
{
    private const string Threshold = "ColdPixelMap.process_params.REJECTION_THRESHOLD";
    private const string Iterations = "ColdPixelMap.process_params.MAXIMUM_ITERATIONS";
    private const string Box = "ColdPixelMap.process_params.BOX_SIZE";

    public string Name => "ColdPixels";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Threshold, "7.0", "a cold pixel responds less than its surroundings by this many sigma"),
        new(Iterations, "10", "how often outliers are rejected at most while the scatter is estimated"),
        new(Box, "32", "size in pixels of the boxes whose median is a pixel's surroundings"),
    ];

    public void Run(TaskContext context)
    {
        var input = CalibrationProduct.Newest(context, "flat");
        context.Log("Making ColdPixelMap object");
        context.Log($"Using {(input.Type == "twilight-flat" ? "TwilightFlatFrame" : "DomeFlatFrame")} {input.FileName}");
        var image = FitsReader.ReadImage(input.Path);
        LocalMedian.Remove(image, Math.Max(4, context.Pars.Integer(Box)), static (value, median) => median > 0 ? value / median : float.NaN);
        var (threshold, iterations) = (context.Pars.Positive(Threshold), context.Pars.Integer(Iterations));
        var values = new float[image.Pixels.Length];
        var response = RobustStatistics.SigmaClip(values.AsSpan(0, RobustStatistics.CopyFinite(image.Pixels, values)), threshold, iterations);
        if (response.Count == 0)
        {
            throw RecipeException.BadFile($"{input.Path}: no pixel of the flat has a positive value; a flat normalised to 1 is needed.");
        }
        var limit = response.Median - (threshold * response.Sigma);
        context.Log($"Rejection threshold : {threshold,6:0.0} (sigma), sigma {response.Sigma:0.00000}, a response below {limit:0.000} is cold");
        var mask = Array.ConvertAll(image.Pixels, v => v >= limit ? 0f : 1f);
        var count = mask.Count(v => v != 0);
        context.Log($"The number of cold pixels for ccd {input.Metadata.GetString("chip", "?")} is : {count}");
        Write(context, input, new FitsImage(image.Width, image.Height, mask, image.Header), count, limit);
    }

    private static void Write(TaskContext context, TaskInput input, FitsImage mask, int count, double limit)
    {
        TaskInput[] inputs = [input];
        var header = CalibrationProduct.NewHeader(context, mask.Header, "cold-pixels", inputs);
        header.Set("NCOLD", (long)count, "number of cold pixels");
        header.Set("COLDLIM", limit, "cold below this part of the surroundings");
        header.AddComment("1: cold pixel, or one without a value, 0: good pixel");
        var metadata = CalibrationProduct.About(input);
        metadata["coldpixels"] = count;
        metadata["limit"] = limit;
        CalibrationProduct.Write(context, "cold-pixels", new FitsImage(mask.Width, mask.Height, mask.Pixels, header), FitsPixelType.UInt8, metadata, inputs);
    }
}
