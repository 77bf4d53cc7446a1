using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>The master bias: raw biases, trimmed, less their overscan, combined by a sigma-clipped mean or a median.</summary>
internal sealed class BiasRecipe : IRecipe
{
    private const string Overscan = "BiasFrame.process_params.OVERSCAN_CORRECTION";
    private const string Clip = "BiasFrame.process_params.SIGMA_CLIP";
    private const string Combine = "BiasFrame.process_params.COMBINE";
    private const string FramesMin = "BiasFrame.process_params.FRAMES_MIN";

    public string Name => "Bias";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Overscan, "median", "none, median or rows; the option overscan overrides it"),
        new(Clip, "5.0", "values further from the pixel's median than this many sigma are left out"),
        new(Combine, "mean", "mean (sigma-clipped) or median"),
        new(FramesMin, "3", "how many raw frames are needed"),
    ];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("bias", Math.Max(1, context.Pars.Integer(FramesMin)));
        var method = Method(context);
        context.Log("Making BiasFrame object");
        context.Log($"Overscan correction : {method.Word()}");
        var frames = new List<CorrectedFrame>();
        try
        {
            foreach (var input in inputs)
            {
                frames.Add(CorrectedFrame.Open(input, method, null, maskSaturated: false));
                context.Log($"Using RawBiasFrame {input.FileName}, overscan level {frames[^1].OverscanLevel:0.00} (ADU)");
            }
            var threshold = context.Pars.Positive(Clip);
            var isMedian = context.Pars.Choice(Combine, "mean", "median") == "median";
            context.Log($"Combining {frames.Count} frames, {(isMedian ? "median" : $"mean, rejection threshold {threshold:0.0} (sigma)")}");
            var stack = new FrameStack(frames).Combine(isMedian ? CombineMethod.Median : CombineMethod.SigmaClippedMean, threshold);
            Write(context, inputs, frames[0], method, stack);
        }
        finally
        {
            frames.ForEach(f => f.Dispose());
        }
    }

    private static OverscanMethod Method(TaskContext context)
    {
        var option = context.Parameters.GetString("overscan");
        return OverscanCorrection.Parse(option.Length > 0 ? option : context.Pars.Choice(Overscan, "none", "median", "rows"));
    }

    private static void Write(TaskContext context, IReadOnlyList<TaskInput> inputs, CorrectedFrame first, OverscanMethod method, CombinedStack stack)
    {
        var finite = new float[stack.Pixels.Length];
        var statistics = RobustStatistics.SigmaClip(finite.AsSpan(0, RobustStatistics.CopyFinite(stack.Pixels, finite)));
        context.Log($"Level {statistics.Mean:0.000} (mean), {statistics.Median:0.000} (median), rms {statistics.Sigma:0.000} (ADU)");
        context.Log($"Noise of a raw frame {stack.Noise:0.00} (ADU), {stack.Rejected} values rejected");
        var header = CalibrationProduct.NewHeader(context, first.Header, "bias", inputs);
        header.Set("BUNIT", "adu", "");
        header.Set(OverscanCorrection.Card, method.Word(), "overscan correction: none, median or rows");
        header.Set("OVSCLEV", first.OverscanLevel, "[adu] overscan level of the first frame");
        header.Set("RAWSEC", first.Sections.Data.ToString(), "section of the raw frame that this is");
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["overscan"] = method.Word();
        metadata["frames"] = inputs.Count;
        metadata["level"] = statistics.Mean;
        metadata["overscanlevel"] = first.OverscanLevel;
        metadata["stdev"] = statistics.Sigma;
        metadata["noise"] = stack.Noise;
        metadata["rejected"] = stack.Rejected;
        CalibrationProduct.Write(context, "bias", new FitsImage(first.Width, first.Height, stack.Pixels, header), FitsPixelType.Float32, metadata, inputs);
    }
}
