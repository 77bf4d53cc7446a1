using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Astrometry;

/// <summary>Makes the list of a frame's sources that a global solution needs, frame by frame, so that the chips are searched side by side and the solution begins at once.</summary>
internal sealed class GAstromSLRecipe : IRecipe
{
    public string Name => "GAstromSL";

    public IReadOnlyList<ProcessParameter> Parameters { get; } = [.. AstrometricKeys.Match.Where(parameter => parameter.Key == AstrometricKeys.SignalToNoiseMin)];

    public void Run(TaskContext context)
    {
        var inputs = context.Required("reduced");
        var least = context.Pars.Positive(AstrometricKeys.SignalToNoiseMin);
        foreach (var input in inputs)
        {
            context.Log("Making GAstromSourceList object");
            context.Log($"Using ReducedScienceFrame {input.FileName}");
            FrameStarList.Write(context, StarryFrame.Read(input, least));
        }
    }
}
