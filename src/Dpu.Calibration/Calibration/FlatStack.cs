using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Calibration;

/// <summary>A combined flat field of mean 1, and what it was normalised with.</summary>
/// <param name="Image">The flat, without a header of its own yet.</param>
/// <param name="Stack">Its combination.</param>
/// <param name="Level">Mean over the frames of their level, ADU: the chip's throughput under the light that it shared with the others.</param>
/// <param name="First">The header of the first frame used.</param>
/// <param name="Used">The inputs that were good enough.</param>
internal sealed record CombinedFlat(FitsImage Image, CombinedStack Stack, double Level, FitsHeader First, IReadOnlyList<TaskInput> Used);

/// <summary>Bias-corrects, scales and combines flat exposures: what dome and twilight flats share.</summary>
internal sealed class FlatStack(TaskContext context, string frameClass, FitsImage bias, double levelMin, int framesMin)
{
    /// <param name="inputs">Raw flats.</param>
    /// <param name="level">Estimates the level of a frame from a sample of its pixels.</param>
    /// <param name="method">How the frames are combined.</param>
    /// <param name="threshold">Sigma.</param>
    public CombinedFlat Combine(IReadOnlyList<TaskInput> inputs, Func<float[], double> level, CombineMethod method, double threshold)
    {
        var frames = new List<CorrectedFrame>();
        var (used, levels) = (new List<TaskInput>(), new List<double>());
        try
        {
            foreach (var input in inputs)
            {
                Open(input, level, frames, used, levels);
            }
            if (frames.Count < framesMin)
            {
                throw RecipeException.BadFile($"{frames.Count} of {inputs.Count} frames are well exposed; {framesMin} are needed.");
            }
            context.Log($"Combining {frames.Count} frames");
            var stack = new FrameStack(frames).Combine(method, threshold);
            var norm = Normalise(stack.Pixels);
            context.Log($"Noise of a raw frame {100 * stack.Noise / norm:0.00} (%), {stack.Rejected} values rejected");
            return new CombinedFlat(new FitsImage(frames[0].Width, frames[0].Height, stack.Pixels), stack with { Noise = stack.Noise / norm }, norm * levels.Average(), frames[0].Header, used);
        }
        finally
        {
            frames.ForEach(f => f.Dispose());
        }
    }

    private void Open(TaskInput input, Func<float[], double> level, List<CorrectedFrame> frames, List<TaskInput> used, List<double> levels)
    {
        var frame = CorrectedFrame.Open(input, OverscanCorrection.Of(bias.Header), bias, maskSaturated: true);
        var value = frame.Sample.Length == 0 ? double.NaN : level(frame.Sample);
        // A frame of which most is saturated has no sample worth a level.
        if (!(value >= levelMin))
        {
            context.Log($"Leaving out {frameClass} {input.FileName}: level {value:0.0} (ADU), {levelMin:0} are needed");
            frame.Dispose();
            return;
        }
        context.Log($"Using {frameClass} {input.FileName}, level {value:0.0} (ADU)");
        frame.Scale = 1 / value;
        frames.Add(frame);
        used.Add(input);
        levels.Add(value);
    }

    /// <summary>Divides by the clipped mean; returns it.</summary>
    public static double Normalise(float[] pixels)
    {
        var values = new float[pixels.Length];
        var norm = RobustStatistics.SigmaClip(values.AsSpan(0, RobustStatistics.CopyFinite(pixels, values)), 5).Mean;
        if (!(norm > 0))
        {
            throw RecipeException.BadFile($"The flat's mean is {norm}: it cannot be normalised.");
        }
        foreach (ref var value in pixels.AsSpan())
        {
            value = (float)(value / norm);
        }
        return norm;
    }
}
