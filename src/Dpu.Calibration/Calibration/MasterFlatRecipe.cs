using Dpu.Calibration.Contract;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The flat field to divide by: the pixel-to-pixel response from the dome, where photons are plenty, the large scale from the twilight
/// sky, which lights the telescope as the night sky does. It is <c>dome × smooth(twilight / dome)</c>: vignetting and dust are in both and leave
/// the ratio, so that smoothing has little to bend; smoothing each flat by itself would. Bad pixels are NaN.
/// </summary>
internal sealed class MasterFlatRecipe : IRecipe
{
    private const string Scale = "MasterFlatFrame.process_params.GAUSS_SIZE";
    private const string ResponseMin = "MasterFlatFrame.process_params.RESPONSE_MIN";
    private const string ResponseMax = "MasterFlatFrame.process_params.RESPONSE_MAX";

    public string Name => "MasterFlat";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
    [
        new(Scale, "20", "pixels (sigma) above which structure is taken from the twilight"),
        new(ResponseMin, "0.5", "a pixel that responds less than this part of its surroundings is bad"),
        new(ResponseMax, "1.5", "a pixel that responds more than this times its surroundings is bad"),
    ];

    public void Run(TaskContext context)
    {
        var (dome, twilight, hot) = (CalibrationProduct.Newest(context, "dome"), context.Single("twilight"), context.Optional("hot"));
        context.Log("Making MasterFlatFrame object");
        context.Log($"Using DomeFlatFrame {dome.FileName}");
        context.Log($"Using TwilightFlatFrame {twilight.FileName}");
        var domeImage = FitsReader.ReadImage(dome.Path);
        var twilightImage = Matching(twilight, domeImage);
        TaskInput[] inputs = hot is null ? [dome, twilight] : [dome, twilight, hot];
        var scale = context.Pars.Positive(Scale);
        var bad = BadPixels(context, domeImage, scale);
        var hotCount = hot is null ? 0 : AddHotPixels(context, hot, domeImage, bad);
        context.Log($"Smoothing the ratio of twilight and dome with sigma {scale:0.0} (pixels)");
        var flat = Combine(domeImage, twilightImage, bad, scale);
        var norm = FlatStack.Normalise(flat);
        Write(context, inputs, new FitsImage(domeImage.Width, domeImage.Height, flat, NewHeader(context, domeImage, twilightImage, inputs, norm)), bad.Count(b => b), hotCount);
    }

    private static FitsImage Matching(TaskInput input, FitsImage dome)
    {
        var image = FitsReader.ReadImage(input.Path);
        return (image.Width, image.Height) == (dome.Width, dome.Height) ? image : throw RecipeException.BadFile(
            $"{input.Path} is {image.Width} x {image.Height} pixels, the dome flat {dome.Width} x {dome.Height}: they are not of one chip.");
    }

    private static bool[] BadPixels(TaskContext context, FitsImage dome, double scale)
    {
        var (low, high) = (context.Pars.Number(ResponseMin), context.Pars.Number(ResponseMax));
        var around = GaussianSmoother.Smooth(dome.Pixels, dome.Width, dome.Height, scale);
        var bad = new bool[dome.Pixels.Length];
        for (var i = 0; i < bad.Length; i++)
        {
            var response = dome.Pixels[i] / around[i];
            bad[i] = !(response >= low && response <= high);
        }
        context.Log($"Pixels that respond less than {low:0.00} or more than {high:0.00} of their surroundings : {bad.Count(b => b)}");
        return bad;
    }

    private static int AddHotPixels(TaskContext context, TaskInput hot, FitsImage dome, bool[] bad)
    {
        context.Log($"Using HotPixelMap {hot.FileName}");
        var mask = Matching(hot, dome).Pixels;
        var count = 0;
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] != 0)
            {
                bad[i] = true;
                count++;
            }
        }
        return count;
    }

    private static float[] Combine(FitsImage dome, FitsImage twilight, bool[] bad, double scale)
    {
        var ratio = new float[bad.Length];
        for (var i = 0; i < ratio.Length; i++)
        {
            ratio[i] = bad[i] ? float.NaN : twilight.Pixels[i] / dome.Pixels[i];
        }
        var smooth = GaussianSmoother.Smooth(ratio, dome.Width, dome.Height, scale);
        for (var i = 0; i < smooth.Length; i++)
        {
            smooth[i] = bad[i] ? float.NaN : smooth[i] * dome.Pixels[i];
        }
        return smooth;
    }

    private static FitsHeader NewHeader(TaskContext context, FitsImage dome, FitsImage twilight, TaskInput[] inputs, double norm)
    {
        var header = CalibrationProduct.NewHeader(context, dome.Header, "master-flat", inputs);
        // The sky lights all chips alike: its level tells their throughputs apart after each flat was normalised by itself.
        header.Set("FLATNORM", twilight.Header.GetDouble("FLATNORM", 1) * norm, "[adu] level of the twilight frames that 1 stands for");
        header.AddComment("NaN: bad pixel");
        return header;
    }

    private static void Write(TaskContext context, TaskInput[] inputs, FitsImage flat, int bad, int hot)
    {
        flat.Header.Set("NBAD", (long)bad, "number of bad pixels");
        context.Log($"The number of bad pixels is : {bad}");
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["badpixels"] = bad;
        metadata["hotpixels"] = hot;
        metadata["level"] = flat.Header.GetDouble("FLATNORM");
        CalibrationProduct.Write(context, "master-flat", flat, FitsPixelType.Float32, metadata, inputs);
    }
}
