using Dpu.Calibration.Contract;

namespace Dpu.Calibration.Calibration;

/// <summary>Does nothing, and says so: for trying out a DPU.</summary>
internal sealed class NullRecipe : IRecipe
{
    public string Name => "Null";

    public void Run(TaskContext context)
    {
        context.Log($"Null: attempt {context.Attempt}, {context.Keys.Count} keys");
        context.Log("Nothing was to be done");
    }
}
