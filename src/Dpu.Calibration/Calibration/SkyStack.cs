using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>Dithered frames of the night sky, combined into what the sky looks like without its sources.</summary>
/// <param name="Stack">The combination, of frames scaled to a sky of 1; NaN where every frame shows a source or nothing.</param>
/// <param name="Level">Mean level of the sky, ADU.</param>
/// <param name="First">The header of the first frame used.</param>
/// <param name="Used">The inputs that were good enough.</param>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
internal sealed record CombinedSky(CombinedStack Stack, double Level, FitsHeader First, IReadOnlyList<TaskInput> Used, int Width, int Height);

/// <summary>How sources are kept out of a stack of sky frames, and how it is combined.</summary>
/// <param name="Threshold">Pixels of sources are this many sigma above the background, after smoothing.</param>
/// <param name="Grow">How many pixels around them are left out as well.</param>
/// <param name="LevelMin">ADU of sky that a frame needs.</param>
/// <param name="FramesMin">How many frames are needed.</param>
/// <param name="Method">Of combination.</param>
/// <param name="Clip">Sigma.</param>
internal sealed record SkyOptions(double Threshold, int Grow, double LevelMin, int FramesMin, CombineMethod Method, double Clip)
{
    public static IReadOnlyList<ProcessParameter> Declare(string frameClass) =>
    [
        new(Key(frameClass, "DETECT_THRESHOLD"), "2.0", "pixels this many sigma above the background belong to sources"),
        new(Key(frameClass, "GROW"), "4", "pixels around sources that are left out as well"),
        new(Key(frameClass, "LEVEL_MIN"), "20", "ADU of sky that a frame needs"),
        new(Key(frameClass, "FRAMES_MIN"), "3", "how many frames are needed"),
        new(Key(frameClass, "COMBINE"), "mean", "mean (sigma-clipped) or median"),
        new(Key(frameClass, "SIGMA_CLIP"), "4.0", "values further from the pixel's median than this many sigma are left out"),
    ];

    public static SkyOptions Of(ProcessParameters pars, string frameClass) => new(
        pars.Positive(Key(frameClass, "DETECT_THRESHOLD")),
        Math.Max(0, pars.Integer(Key(frameClass, "GROW"))),
        pars.Number(Key(frameClass, "LEVEL_MIN")),
        Math.Max(1, pars.Integer(Key(frameClass, "FRAMES_MIN"))),
        pars.Choice(Key(frameClass, "COMBINE"), "mean", "median") == "median" ? CombineMethod.Median : CombineMethod.SigmaClippedMean,
        pars.Positive(Key(frameClass, "SIGMA_CLIP")));

    private static string Key(string frameClass, string name) => $"{frameClass}.process_params.{name}";
}

/// <summary>
/// Combines sky frames: bias and flat are taken out, sources found and masked in each frame, the frames scaled to the level that remains. One frame is in
/// memory at a time, and a mask for each.
/// </summary>
internal sealed class SkyStack(TaskContext context, FitsImage bias, FitsImage? flat, SkyOptions options)
{
    private static readonly BackgroundOptions s_mesh = new();

    public CombinedSky Combine(IReadOnlyList<TaskInput> inputs)
    {
        var frames = new List<CorrectedFrame>();
        var (used, levels) = (new List<TaskInput>(), new List<double>());
        try
        {
            foreach (var input in inputs)
            {
                Open(input, frames, used, levels);
            }
            if (frames.Count < options.FramesMin)
            {
                throw RecipeException.BadFile($"{frames.Count} of {inputs.Count} frames have enough sky; {options.FramesMin} are needed, dithered by more than the size of the sources.");
            }
            context.Log($"Combining {frames.Count} frames");
            var stack = new FrameStack(frames).Combine(options.Method, options.Clip);
            return new CombinedSky(stack, levels.Average(), frames[0].Header, used, frames[0].Width, frames[0].Height);
        }
        finally
        {
            frames.ForEach(f => f.Dispose());
        }
    }

    private void Open(TaskInput input, List<CorrectedFrame> frames, List<TaskInput> used, List<double> levels)
    {
        var frame = CorrectedFrame.Open(input, OverscanCorrection.Of(bias.Header), bias, maskSaturated: true);
        try
        {
            frame.Flat = flat?.Pixels;
            var (level, masked) = Mask(frame);
            if (!(level >= options.LevelMin))
            {
                context.Log($"Leaving out RawScienceFrame {input.FileName}: sky {level:0.0} (ADU), {options.LevelMin:0} are needed");
                frame.Dispose();
                return;
            }
            context.Log($"Using RawScienceFrame {input.FileName}, sky {level:0.0} (ADU), {100.0 * masked / (frame.Width * frame.Height):0.0} (%) masked");
            frame.Scale = 1 / level;
            levels.Add(level);
            frames.Add(frame);
            used.Add(input);
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    /// <summary>Finds the sources; returns the clipped mean of what is left, NaN when there is no background to be seen, and how many pixels are masked.</summary>
    private (double Level, int Masked) Mask(CorrectedFrame frame)
    {
        var image = new FitsImage(frame.Width, frame.Height);
        frame.ReadRows(image.Pixels);
        frame.Rewind();
        var sky = image.Pixels.ToArray();
        if (BackgroundMap.Estimate(image.Pixels, image.Width, image.Height, s_mesh) is not { } background)
        {
            return (double.NaN, 0);
        }
        background.SubtractFrom(image.Pixels, image.Width);
        var isSource = new bool[sky.Length];
        foreach (var source in SourceDetector.Detect(image, background, DetectionOptions.Default with { Threshold = options.Threshold, DeblendContrast = 1 }))
        {
            foreach (var at in source.Pixels)
            {
                isSource[at] = true;
            }
        }
        frame.Masked = BadPixels.Dilate(isSource, image.Width, image.Height, options.Grow);
        var count = 0;
        for (var i = 0; i < sky.Length; i++)
        {
            if (!frame.Masked[i] && float.IsFinite(sky[i]))
            {
                sky[count++] = sky[i];
            }
        }
        return (RobustStatistics.SigmaClip(sky.AsSpan(0, count), options.Clip).Mean, frame.Masked.Count(m => m));
    }
}
