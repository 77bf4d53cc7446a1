namespace Dpu.Pages.Parts.Plots;

/// <summary>The marks of an axis that begins at 0: round numbers, the last of them at or above all that is shown.</summary>
internal static class PlotScale
{
    private const int MarksWanted = 4;
    private static readonly double[] Rounds = [1, 2, 5, 10];
    private static readonly double[] Times = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400];

    /// <param name="largest">The largest figure.</param>
    /// <param name="isTime">Whether the figures are seconds.</param>
    public static IReadOnlyList<double> Of(double largest, bool isTime = false)
    {
        if (largest <= 0 || !double.IsFinite(largest))
        {
            return [0, 1];
        }

        var rough = largest / MarksWanted;
        var step = isTime ? RoundTime(rough) : Round(rough);
        var count = (int)Math.Ceiling((largest / step) - 1e-9);
        return [.. Enumerable.Range(0, count + 1).Select(number => number * step)];
    }

    private static double Round(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return Rounds.Select(round => round * power).First(step => step >= rough * (1 - 1e-9));
    }

    private static double RoundTime(double rough) =>
        rough < 1 ? Round(rough) : rough > Times[^1] ? Round(rough / Times[^1]) * Times[^1] : Times.First(step => step >= rough);
}
