using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The dark current: dark frames of one exposure time, less overscan and bias, divided by the time and combined by a clipped mean. Its error is made of
/// the pixels' scatter over √N, and of what all pixels of a frame share: the error of the overscan level of each dark, and of each bias behind the master.
/// </summary>
internal sealed class DarkCurrentRecipe : IRecipe
{
    private const string Clip = "DarkCurrent.process_params.SIGMA_CLIP";
    private const string FramesMin = "DarkCurrent.process_params.FRAMES_MIN";

    public string Name => "DarkCurrent";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Clip, "5.0", "values further from the pixel's median than this many sigma are left out; pixels further from the median too"),
        new(FramesMin, "3", "how many dark frames of one exposure time are needed"),
    ];

    public void Run(TaskContext context)
    {
        var framesMin = Math.Max(1, context.Pars.Integer(FramesMin));
        var inputs = context.Required("dark", framesMin);
        var biasInput = context.Single("bias");
        var bias = FitsReader.ReadImage(biasInput.Path);
        context.Log("Making DarkCurrent object");
        context.Log($"Using BiasFrame {biasInput.FileName}");
        var (used, seconds) = OfOneTime(context, inputs, framesMin);
        var frames = new List<CorrectedFrame>();
        try
        {
            foreach (var input in used)
            {
                frames.Add(CorrectedFrame.Open(input, OverscanCorrection.Of(bias.Header), bias, maskSaturated: true).WithValues());
                frames[^1].Scale = 1 / seconds;
                context.Log($"Using RawDarkFrame {input.FileName}, {seconds:0.0} s, overscan level {frames[^1].OverscanLevel:0.00} (ADU)");
            }
            var threshold = context.Pars.Positive(Clip);
            var stack = new FrameStack(frames).Combine(CombineMethod.SigmaClippedMean, threshold);
            Write(context, [.. used, biasInput], frames, bias.Header, stack, seconds, threshold);
        }
        finally
        {
            frames.ForEach(f => f.Dispose());
        }
    }

    /// <summary>The frames of the exposure time that says most: read noise counts less the longer the exposure, so that weights go with the square of the time.</summary>
    private static (TaskInput[] Used, double Seconds) OfOneTime(TaskContext context, IReadOnlyList<TaskInput> inputs, int framesMin)
    {
        var groups = inputs.GroupBy(i => Math.Round(ExposureTime(i), 3)).ToArray();
        var best = groups.MaxBy(g => g.Count() * g.Key * g.Key)!;
        foreach (var input in groups.Where(g => g != best).SelectMany(g => g))
        {
            context.Log($"Leaving out RawDarkFrame {input.FileName}: its exposure time is not {best.Key:0.0} s");
        }
        return best.Count() >= framesMin
            ? ([.. best], best.Key)
            : throw RecipeException.BadFile($"{best.Count()} of {inputs.Count} dark frames have the exposure time {best.Key:0.0} s; {framesMin} of one time are needed.");
    }

    private static double ExposureTime(TaskInput input)
    {
        var seconds = RawFile.HeaderOf(input).GetDouble("EXPTIME");
        return seconds > 0 ? seconds : throw RecipeException.BadFile($"{input.Path}: EXPTIME is {seconds:0.###}; a dark frame needs a time above 0.");
    }

    private static void Write(TaskContext context, IReadOnlyList<TaskInput> inputs, List<CorrectedFrame> frames, FitsHeader bias, CombinedStack stack, double seconds, double threshold)
    {
        var finite = new float[stack.Pixels.Length];
        var pixels = RobustStatistics.SigmaClip(finite.AsSpan(0, RobustStatistics.CopyFinite(stack.Pixels, finite)), threshold);
        var error = Error(pixels, frames, bias, seconds);
        var gain = frames[0].Header.GetDouble("GAIN", double.NaN);
        context.Log($"The dark current (ADU/s) for ccd {inputs[0].Metadata.GetString("chip", "?")} is : {pixels.Mean:0.000000} +- {error:0.000000}, {3600 * pixels.Mean:0.00} (ADU/pixel/hour)");
        context.Log($"Scatter of pixels {pixels.Sigma:0.000000} (ADU/s), {stack.Rejected} values rejected, {stack.Pixels.Length - pixels.Count} pixels beyond {threshold:0.0} (sigma)");
        var header = CalibrationProduct.NewHeader(context, frames[0].Header, "dark-current", inputs);
        header.Set("BUNIT", "adu/s", "");
        header.Set("NCOMBINE", (long)frames.Count, "number of raw frames");
        header.Set("DARKCUR", pixels.Mean, "[adu/s] dark current");
        header.Set("DARKERR", error, "[adu/s] its standard error");
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["frames"] = frames.Count;
        metadata["exptime"] = seconds;
        metadata["darkcurrent"] = pixels.Mean;
        metadata["darkcurrenterror"] = error;
        metadata["stdev"] = pixels.Sigma;
        metadata["rejected"] = stack.Rejected;
        if (double.IsFinite(gain))
        {
            metadata["darkcurrentelectrons"] = pixels.Mean * gain;
        }
        CalibrationProduct.Write(context, "dark-current", new FitsImage(frames[0].Width, frames[0].Height, stack.Pixels, header), FitsPixelType.Float32, metadata, inputs);
    }

    /// <summary>Pixels' scatter holds the noise of darks and bias alike; the levels of overscans are common to all pixels and do not average out.</summary>
    private static double Error(ClippedStatistics pixels, List<CorrectedFrame> frames, FitsHeader bias, double seconds)
    {
        var biases = Math.Max(1, bias.GetInt64("NCOMBINE", 1));
        var level = frames[0].Overscan.Sum(o => o.Error * o.Error) / (frames[0].Overscan.Count * frames[0].Overscan.Count);
        var common = level * ((1.0 / frames.Count) + (1.0 / biases)) / (seconds * seconds);
        return Math.Sqrt((pixels.Sigma * pixels.Sigma / pixels.Count) + common);
    }
}
