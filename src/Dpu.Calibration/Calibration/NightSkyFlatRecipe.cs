using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The flat field that the night sky shows: dithered science frames with their sources masked, scaled to one sky and combined. Divided by a master flat
/// first, where one is given: then it is what that flat got wrong, and 1 where it is right. The error of a pixel is the noise of the sky in a frame over
/// the square root of the number of frames that see it.
/// </summary>
internal sealed class NightSkyFlatRecipe : IRecipe
{
    private const string Class = "NightSkyFlatFrame";

    public string Name => "NightSkyFlat";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = SkyOptions.Declare(Class);

    public void Run(TaskContext context)
    {
        var options = SkyOptions.Of(context.Pars, Class);
        var inputs = context.Required("science", options.FramesMin);
        var (biasInput, flatInput) = (context.Single("bias"), context.Optional("flat"));
        context.Log($"Making {Class} object");
        context.Log($"Using BiasFrame {biasInput.FileName}");
        context.Log(flatInput is null ? "Without a MasterFlatFrame" : $"Using MasterFlatFrame {flatInput.FileName}");
        var bias = FitsReader.ReadImage(biasInput.Path);
        var sky = new SkyStack(context, bias, flatInput is null ? null : CalibrationProduct.OfSize(flatInput, bias), options).Combine(inputs);
        var norm = FlatStack.Normalise(sky.Stack.Pixels);
        TaskInput[] from = [.. sky.Used, biasInput, .. flatInput is null ? Array.Empty<TaskInput>() : [flatInput]];
        Write(context, from, sky, norm);
    }

    private static void Write(TaskContext context, TaskInput[] inputs, CombinedSky sky, double norm)
    {
        // A median of many values scatters by √(π/2) more than their mean.
        var noise = sky.Stack.Noise / norm * Math.Sqrt(sky.Stack.InverseCount);
        var empty = sky.Stack.Pixels.Count(float.IsNaN);
        context.Log($"Sky {sky.Level:0.0} (ADU), noise of a pixel of the flat {100 * noise:0.00} (%), {sky.Stack.Rejected} values rejected, {empty} pixels without a value");
        var header = CalibrationProduct.NewHeader(context, sky.First, "night-sky-flat", inputs);
        header.Set("NCOMBINE", (long)sky.Used.Count, "number of raw frames");
        header.Set("FLATNORM", sky.Level * norm, "[adu] mean level of the sky before normalisation");
        header.Set("NOISE", noise, "of a pixel of a mean; a median has 1.25 times as much");
        header.AddComment("NaN: no frame shows the sky there");
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["frames"] = sky.Used.Count;
        metadata["level"] = sky.Level * norm;
        metadata["noise"] = noise;
        metadata["rejected"] = sky.Stack.Rejected;
        metadata["badpixels"] = empty;
        CalibrationProduct.Write(context, "night-sky-flat", new FitsImage(sky.Width, sky.Height, sky.Stack.Pixels, header), FitsPixelType.Float32, metadata, inputs);
    }
}
