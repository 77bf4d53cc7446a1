using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// Finds pixels of a master bias (or of a raw dark) that stand out of their surroundings by many times the noise. The mask holds 1 for a
/// hot pixel and 0 for a good one, in the bias's geometry.
/// </summary>
internal sealed class HotPixelsRecipe : IRecipe
{
    private const string Threshold = "HotPixelMap.process_params.REJECTION_THRESHOLD";
    private const string Iterations = "HotPixelMap.process_params.MAXIMUM_ITERATIONS";
    private const string Box = "HotPixelMap.process_params.BOX_SIZE";

    public string Name => "HotPixels";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Threshold, "6.0", "a hot pixel is this many sigma above its surroundings"),
        new(Iterations, "10", "how often outliers are rejected at most while the noise is estimated"),
        new(Box, "32", "size in pixels of the boxes whose median is a pixel's surroundings"),
    ];

    public void Run(TaskContext context)
    {
        var input = CalibrationProduct.Newest(context, "bias");
        context.Log("Making HotPixelMap object");
        context.Log($"Using {(input.Type == "bias" ? "BiasFrame" : "RawFrame")} {input.FileName}");
        var image = Load(input);
        LocalMedian.Remove(image, Math.Max(4, context.Pars.Integer(Box)), static (value, median) => value - median);
        var (threshold, iterations) = (context.Pars.Positive(Threshold), context.Pars.Integer(Iterations));
        var values = new float[image.Pixels.Length];
        var statistics = RobustStatistics.SigmaClip(values.AsSpan(0, RobustStatistics.CopyFinite(image.Pixels, values)), threshold, iterations);
        context.Log($"Rejection threshold : {threshold,6:0.0} (sigma), sigma {statistics.Sigma:0.000} (ADU)");
        var mask = new float[image.Pixels.Length];
        var count = Mark(image.Pixels, mask, statistics.Median + (threshold * statistics.Sigma));
        context.Log($"The number of hot pixels for ccd {input.Metadata.GetString("chip", "?")} is : {count}");
        Write(context, input, image, mask, count, threshold * statistics.Sigma);
    }

    /// <summary>A product stands as it is; a raw frame is trimmed and loses its overscan level.</summary>
    private static FitsImage Load(TaskInput input)
    {
        if (!input.Type.StartsWith("raw-", StringComparison.Ordinal))
        {
            return FitsReader.ReadImage(input.Path);
        }
        using var frame = CorrectedFrame.Open(input, OverscanMethod.None, null, maskSaturated: false);
        var image = new FitsImage(frame.Width, frame.Height, frame.Header);
        frame.ReadRows(image.Pixels);
        return image;
    }

    private static int Mark(float[] pixels, float[] mask, double limit)
    {
        var count = 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            // A pixel without a value is no better than a hot one.
            if (!(pixels[i] <= limit))
            {
                mask[i] = 1;
                count++;
            }
        }
        return count;
    }

    private static void Write(TaskContext context, TaskInput input, FitsImage image, float[] mask, int count, double limit)
    {
        TaskInput[] inputs = [input];
        var header = CalibrationProduct.NewHeader(context, image.Header, "hot-pixels", inputs);
        header.Set("NHOT", (long)count, "number of hot pixels");
        header.Set("HOTLIMIT", limit, "[adu] hot above the surroundings by this");
        header.AddComment("1: hot pixel, 0: good pixel");
        var metadata = CalibrationProduct.About(input);
        metadata["hotpixels"] = count;
        metadata["limit"] = limit;
        CalibrationProduct.Write(context, "hot-pixels", new FitsImage(image.Width, image.Height, mask, header), FitsPixelType.UInt8, metadata, inputs);
    }
}
