using System.Globalization;
using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>
/// Takes the detector out of science frames: overscan level, trim, bias, flat field; electrons per second in the end, NaN for
/// pixels that say nothing about the sky.
/// </summary>
internal sealed class ReduceRecipe : IRecipe
{
    private const string Gain = "Reduce.process_params.GAIN";
    private const string FlatMin = "Reduce.process_params.FLAT_MIN";

    // They describe the raw geometry; a trimmed image that kept them would be trimmed again.
    private static readonly string[] s_rawOnly = ["DATASEC", "TRIMSEC", "BIASSEC", "PRESEC", "CCDSEC", "DETSEC", "AMPSEC", "OVERSCAN"];

    public string Name => "Reduce";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Gain, "auto", "electrons per ADU; auto: GAIN of the header"),
        new(FlatMin, "0.1", "a pixel whose flat field is lower is bad"),
    ];

    public void Run(TaskContext context)
    {
        var frames = context.Required("science");
        var (biasInput, flatInput, hotInput) = (context.Single("bias"), context.Single("flat"), context.Optional("hot"));
        var bias = FitsReader.ReadImage(biasInput.Path);
        var flat = FitsReader.ReadImage(flatInput.Path);
        var hot = hotInput is null ? null : FitsReader.ReadImage(hotInput.Path);
        CheckSize(flatInput, flat, biasInput, bias);
        if (hot is not null) { CheckSize(hotInput!, hot, biasInput, bias); }
        TaskInput[] calibrations = hotInput is null ? [biasInput, flatInput] : [biasInput, flatInput, hotInput];
        foreach (var frame in frames)
        {
            context.Log("Making ReducedScienceFrame object");
            context.Log($"Using RawScienceFrame {frame.FileName}");
            foreach (var calibration in calibrations) { context.Log($"Using {FrameNames.ClassOf(calibration.Type)} {calibration.FileName}"); }
            Reduce(context, frame, calibrations, bias, flat, hot);
        }
    }

    private static void CheckSize(TaskInput input, FitsImage image, TaskInput biasInput, FitsImage bias)
    {
        if (image.Width != bias.Width || image.Height != bias.Height)
        {
            throw RecipeException.BadFile(
                $"{input.FileName} has {image.Width} x {image.Height} pixels, {biasInput.FileName} {bias.Width} x {bias.Height}: they are not of one chip.");
        }
    }

    private static void Reduce(TaskContext context, TaskInput input, TaskInput[] calibrations, FitsImage bias, FitsImage flat, FitsImage? hot)
    {
        using var frame = CorrectedFrame.Open(input, OverscanCorrection.Of(bias.Header), bias, maskSaturated: false);
        context.Log($"Overscan correction : {OverscanCorrection.Of(bias.Header).Word()}, level {Text(frame.OverscanLevel, "F2")} (ADU)");
        var gain = context.Pars.Text(Gain).Equals("auto", StringComparison.OrdinalIgnoreCase)
            ? frame.Header.GetDouble("GAIN")
            : context.Pars.Positive(Gain);
        var seconds = ExposureTime(input, frame.Header);
        frame.Scale = gain / seconds;
        var image = new FitsImage(frame.Width, frame.Height, frame.Header.Clone());
        frame.ReadRows(image.Pixels);
        var bad = Flatten(image.Pixels, flat.Pixels, hot?.Pixels, (float)context.Pars.Number(FlatMin));
        var scratch = new float[image.Pixels.Length];
        var sky = RobustStatistics.SigmaClip(scratch.AsSpan(0, RobustStatistics.CopyFinite(image.Pixels, scratch)));
        context.Log($"Number of bad pixels is : {bad}");
        context.Log($"Sky level is : {Text(sky.Median, "F3")} (electrons/s), noise {Text(sky.Sigma, "F3")}");
        Describe(image.Header, frame, flat.Header, gain, seconds, bad, sky.Median);
        TaskInput[] inputs = [input, .. calibrations];
        ScienceProduct.Describe(context, image.Header, "reduced", inputs);
        var metadata = ScienceProduct.About(input);
        metadata["sky"] = sky.Median;
        metadata["noise"] = sky.Sigma;
        metadata["badpixels"] = bad;
        ScienceProduct.Write(context, "reduced", FrameNames.Stem(input, "reduced"), image, null, metadata, inputs);
    }

    private static double ExposureTime(TaskInput input, FitsHeader header)
    {
        var seconds = header.GetDouble("EXPTIME");
        return seconds > 0
            ? seconds
            : throw RecipeException.BadFile($"{input.FileName}: EXPTIME is {Text(seconds, "G")}; a science frame needs a time above 0.");
    }

    /// <summary>Divides by the flat; returns how many pixels are bad.</summary>
    private static int Flatten(float[] pixels, float[] flat, float[]? hot, float flatMin)
    {
        var bad = 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            // Written so that a flat that is NaN is bad as well.
            pixels[i] = flat[i] >= flatMin && (hot is null || hot[i] == 0) ? pixels[i] / flat[i] : float.NaN;
            if (!float.IsFinite(pixels[i]))
            {
                pixels[i] = float.NaN;
                bad++;
            }
        }

        return bad;
    }

    private static void Describe(FitsHeader header, CorrectedFrame frame, FitsHeader flat, double gain, double seconds, int bad, double sky)
    {
        foreach (var key in s_rawOnly) { header.Remove(key); }
        var data = frame.Sections.Data;
        if (header.Contains("CRPIX1") && header.Contains("CRPIX2"))
        {
            header.Set("CRPIX1", header.GetDouble("CRPIX1") - data.X);
            header.Set("CRPIX2", header.GetDouble("CRPIX2") - data.Y);
        }

        header.Set("RAWSEC", data.ToString(), "section of the raw frame that this is");
        header.Set("BUNIT", "count/s", "photo-electrons; the standard knows no unit electron");
        header.Set("RAWGAIN", gain, "[electron/adu] of the raw frame");
        header.Set("GAIN", seconds, "[s] electrons per unit of this image");
        header.Set("OVSCLEV", frame.OverscanLevel, "[adu] overscan level");
        header.Set("SKYLEVEL", sky, "[electron/s] median of the sky");
        header.Set("NBAD", (long)bad, "bad pixels; they are NaN");
        if (header.TryGet("SATURATE", out var saturation) && saturation.TryGetDouble(out var counts))
        {
            header.Set("SATURATE", (counts - frame.OverscanLevel) * gain / seconds, "[electron/s] not linear above");
        }

        if (flat.TryGet("FLATNORM", out var level) && level.TryGetDouble(out var adu))
        {
            header.Set("FLATLEV", adu * gain, "[electron] twilight level that the flat's 1 stands for");
        }
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
