
namespace Dpu.Domain.Estimates;

/// <summary>How good estimates were.</summary>
/// <param name="Program">The recipe, or the program's name for <c>exec</c>.</param>
/// <param name="Steps">How many steps of finished jobs are judged.</param>
/// <param name="MedianRatio">Half of them took at most so many times what was estimated.</param>
/// <param name="WithinFactor2">The share that took between half and twice the estimate, 0 to 1.</param>
public sealed record EstimateScore(string Program, int Steps, double MedianRatio, double WithinFactor2)
{
    /// <param name="program">Whose.</param>
    /// <param name="ratios">What each step took, divided by what was estimated; not empty.</param>
    public static EstimateScore Of(string program, IReadOnlyCollection<double> ratios) =>
        new(program, ratios.Count, Quantiles.Of(ratios).Half, ratios.Count(ratio => ratio is >= 0.5 and <= 2) / (double)ratios.Count);
}
