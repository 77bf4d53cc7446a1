using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>
/// The fringes of the night sky as a part of it: dithered science frames, flat-fielded, with their sources masked, scaled to a sky of 1 and combined; less
/// what is smooth. A science frame loses them as <c>frame − sky · fringes</c>. A fringe of period P keeps 1 − exp(−2π²s²/P²) of its amplitude under smoothing
/// with sigma s: all of it for P up to 3 s. The error of a pixel is the sky's noise in a frame over the square root of the number of frames.
/// </summary>
internal sealed class FringeFlatRecipe : IRecipe
{
    private const string Class = "FringeFrame";
    private const string Scale = Class + ".process_params.GAUSS_SIZE";
    private const double Clip = 5;

    public string Name => "FringeFlat";

    public IReadOnlyList<ProcessParameter> Parameters { get; } =
        [.. SkyOptions.Declare(Class), new(Scale, "40", "pixels (sigma) above which structure is no fringe; at least a third of their period")];

    public void Run(TaskContext context)
    {
        var options = SkyOptions.Of(context.Pars, Class);
        var inputs = context.Required("science", options.FramesMin);
        var (biasInput, flatInput) = (context.Single("bias"), context.Single("flat"));
        context.Log($"Making {Class} object");
        context.Log($"Using BiasFrame {biasInput.FileName}");
        context.Log($"Using MasterFlatFrame {flatInput.FileName}");
        var bias = FitsReader.ReadImage(biasInput.Path);
        var sky = new SkyStack(context, bias, CalibrationProduct.OfSize(flatInput, bias), options).Combine(inputs);
        var norm = FlatStack.Normalise(sky.Stack.Pixels);
        var scale = context.Pars.Positive(Scale);
        context.Log($"Removing what is smooth over {scale:0.0} (pixels, sigma)");
        var smooth = GaussianSmoother.Smooth(sky.Stack.Pixels, sky.Width, sky.Height, scale);
        var fringes = sky.Stack.Pixels;
        for (var i = 0; i < fringes.Length; i++)
        {
            fringes[i] -= smooth[i];
        }
        Write(context, [.. sky.Used, biasInput, flatInput], sky, norm, fringes);
    }

    private static void Write(TaskContext context, TaskInput[] inputs, CombinedSky sky, double norm, float[] fringes)
    {
        var values = new float[fringes.Length];
        var all = RobustStatistics.SigmaClip(values.AsSpan(0, RobustStatistics.CopyFinite(fringes, values)), Clip);
        var noise = sky.Stack.Noise / norm * Math.Sqrt(sky.Stack.InverseCount);
        var (rms, error) = Rms(all, noise);
        context.Log($"Sky {sky.Level:0.0} (ADU), rms of the fringes {100 * rms:0.000} +- {100 * error:0.000} (%), noise of a pixel {100 * noise:0.000} (%)");
        var header = CalibrationProduct.NewHeader(context, sky.First, "fringe-flat", inputs);
        header.Set("NCOMBINE", (long)sky.Used.Count, "number of raw frames");
        header.Set("SKYLEVEL", sky.Level * norm, "[adu] mean level of the sky");
        header.Set("FRINGRMS", rms, "rms of the fringes as a part of the sky");
        header.Set("FRINGERR", error, "its standard error");
        header.Set("NOISE", noise, "of a pixel of a mean; a median has 1.25 times as much");
        header.AddComment("subtract sky times this; NaN: no frame shows the sky there");
        var metadata = CalibrationProduct.About(inputs[0]);
        metadata["frames"] = sky.Used.Count;
        metadata["level"] = sky.Level * norm;
        metadata["fringerms"] = rms;
        metadata["fringermserror"] = error;
        metadata["noise"] = noise;
        CalibrationProduct.Write(context, "fringe-flat", new FitsImage(sky.Width, sky.Height, fringes, header), FitsPixelType.Float32, metadata, inputs);
    }

    /// <summary>
    /// What the scatter has beyond the noise. The variance of N pixels is known to √(2/N) of itself, the noise's from the samples that the stack takes
    /// of its frames' differences.
    /// </summary>
    private static (double Rms, double Error) Rms(ClippedStatistics all, double noise)
    {
        var variance = all.Sigma * all.Sigma;
        var rms = Math.Sqrt(Math.Max(0, variance - (noise * noise)));
        var error = Math.Sqrt((2 / (double)all.Count * variance * variance) + (2.0 / FrameStack.NoiseSamples * Math.Pow(noise, 4)));
        return (rms, rms > 0 ? Math.Min(Math.Sqrt(error), error / (2 * rms)) : Math.Sqrt(error));
    }
}
