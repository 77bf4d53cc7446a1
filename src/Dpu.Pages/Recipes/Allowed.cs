using Dpu.Pages.Rendering;

namespace Dpu.Pages.Recipes;

/// <summary>What is offered to whom. The API refuses all the same.</summary>
internal static class Allowed
{
    /// <summary>Recipes.</summary>
    public static bool ToRun(Frame frame) => frame.Who?.Type is "1" || ToChoose(frame);

    /// <summary>Memory, priority, versions.</summary>
    public static bool ToChoose(Frame frame) => frame.Who?.Type is "2" || ToShip(frame);

    /// <summary>Code of one's own.</summary>
    public static bool ToShip(Frame frame) => frame.Who?.Type is "3" or "operator";
}
