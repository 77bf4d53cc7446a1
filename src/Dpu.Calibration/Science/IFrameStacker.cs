using Dpu.Calibration.Contract;
using Dpu.Calibration.Imaging;
using Dpu.Fits;

namespace Dpu.Calibration.Science;

/// <summary>What a stack says of itself.</summary>
/// <param name="Covered">Pixels that have a weight.</param>
/// <param name="Seconds">Exposure times of all frames, summed over all pixels that they cover.</param>
/// <param name="Clipped">Values that were left out; null where that is not told.</param>
internal readonly record struct StackSum(long Covered, double Seconds, long? Clipped);

/// <summary>Adds frames that share a grid: with our own code, or with a program of the field.</summary>
internal interface IFrameStacker
{
    /// <param name="context">Whose log is written to.</param>
    /// <param name="frames">At least one; none of their rows was read yet.</param>
    /// <param name="area">The pixels of the grid that the image has.</param>
    /// <param name="options">How values become one.</param>
    /// <param name="image">Is filled: NaN where no frame has a weight.</param>
    /// <param name="weights">Is filled: 1/noise², 0 there.</param>
    StackSum Stack(TaskContext context, IReadOnlyList<RegriddedInput> frames, PixelArea area, StackOptions options, FitsImage image, FitsImage weights);
}

/// <summary>With our own code: rows of all frames side by side, so that memory holds the coadd and its weights only.</summary>
internal sealed class OwnFrameStacker : IFrameStacker
{
    public StackSum Stack(TaskContext context, IReadOnlyList<RegriddedInput> frames, PixelArea area, StackOptions options, FitsImage image, FitsImage weights)
    {
        var stack = new PixelStack(area.Width, DepthMax(frames));
        var seconds = new float[area.Width];
        var (covered, total) = (0L, 0.0);
        for (var y = 0; y < area.Height; y++)
        {
            stack.Clear();
            foreach (var frame in frames) { frame.AddRow(area.Y + y, area.X, stack); }
            stack.Combine(options, image.Row(y), weights.Row(y), seconds);
            foreach (var s in weights.Row(y)) { covered += s > 0 ? 1 : 0; }
            foreach (var s in seconds) { total += s; }
        }

        return new StackSum(covered, total, stack.Clipped);
    }

    /// <summary>Most frames on one row: no pixel can have more.</summary>
    private static int DepthMax(IReadOnlyList<RegriddedInput> frames) =>
        frames.Max(f => frames.Count(o => f.Area.Y >= o.Area.Y && f.Area.Y < o.Area.EndY));
}
