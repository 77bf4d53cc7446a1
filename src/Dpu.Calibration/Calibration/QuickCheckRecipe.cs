using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The quick check of the detector's responsivity: the newest raw dome flat, divided by an earlier dome flat, against the level per second that that one had.
/// The error is that of the mean of the ratio's pixels and of the overscan level; the lamp's steadiness is not in it.
/// </summary>
internal sealed class QuickCheckRecipe : IRecipe
{
    private const string Tolerance = "QuickCheck.process_params.TOLERANCE";
    private const string Clip = "QuickCheck.process_params.SIGMA_CLIP";

    public string Name => "QuickCheck";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Tolerance, "0.05", "a response that differs by more than this part of the earlier one is suspicious"),
        new(Clip, "5.0", "pixels whose ratio lies further off than this many sigma have changed"),
    ];

    public void Run(TaskContext context)
    {
        var input = context.Required("flat").MaxBy(i => FitsReader.ReadPrimaryHeader(i.Path).GetString("DATE-OBS", ""), StringComparer.Ordinal)!;
        var (biasInput, referenceInput) = (context.Single("bias"), context.Single("reference"));
        var bias = FitsReader.ReadImage(biasInput.Path);
        var reference = CalibrationProduct.OfSize(referenceInput, bias);
        context.Log("Making QuickCheck object");
        context.Log($"Using RawDomeFlatFrame {input.FileName}");
        context.Log($"Using DomeFlatFrame {referenceInput.FileName}");
        using var frame = CorrectedFrame.Open(input, OverscanCorrection.Of(bias.Header), bias, maskSaturated: true).WithValues();
        frame.Flat = reference.Pixels;
        var pixels = new float[frame.Width * frame.Height];
        frame.ReadRows(pixels);
        var good = pixels.AsSpan(0, RobustStatistics.CopyFinite(pixels, pixels));
        var ratio = RobustStatistics.SigmaClip(good, context.Pars.Positive(Clip));
        Write(context, [input, biasInput, referenceInput], frame, reference.Header, ratio, good.Length - ratio.Count);
    }

    private static void Write(TaskContext context, TaskInput[] inputs, CorrectedFrame frame, FitsHeader reference, ClippedStatistics ratio, int changed)
    {
        var rate = ratio.Mean / Seconds(frame.Header, inputs[0]);
        var before = reference.GetDouble("FLATNORM") / Seconds(reference, inputs[2]);
        var overscan = frame.Overscan.Sum(o => o.Error * o.Error) / (frame.Overscan.Count * frame.Overscan.Count);
        var response = rate / before;
        var error = response * Math.Sqrt((ratio.Sigma * ratio.Sigma / ratio.Count) + overscan) / ratio.Mean;
        var tolerance = context.Pars.Positive(Tolerance);
        var isGood = Math.Abs(response - 1) <= tolerance;
        context.Log($"The response for ccd {inputs[0].Metadata.GetString("chip", "?")} is : {response:0.00000} +- {error:0.00000} of the earlier one, {rate:0.00} (ADU/s)");
        context.Log($"Pixels that have changed : {changed}");
        context.Log(isGood ? "The responsivity is as before" : $"Warning : the responsivity differs by more than {100 * tolerance:0.0} (%)");
        var header = CalibrationProduct.NewHeader(context, frame.Header, "quick-check", inputs);
        header.Set("RESPONSE", response, "response relative to the earlier dome flat");
        header.Set("RESPERR", error, "its standard error, without the lamp's");
        header.Set("RATE", rate, "[adu/s] level per second");
        header.Set("NCHANGED", (long)changed, "pixels whose ratio stands out");
        header.Set("GOOD", isGood, "within the tolerance");
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["response"] = response;
        metadata["responseerror"] = error;
        metadata["rate"] = rate;
        metadata["changed"] = changed;
        metadata["good"] = isGood;
        CalibrationProduct.WriteHeader(context, "quick-check", header, metadata, inputs);
    }

    private static double Seconds(FitsHeader header, TaskInput input)
    {
        var seconds = header.GetDouble("EXPTIME");
        return seconds > 0 ? seconds : throw RecipeException.BadFile($"{input.Path}: EXPTIME is {seconds:0.###}; a flat needs a time above 0.");
    }
}
