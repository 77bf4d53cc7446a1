namespace Dpu.Calibration.Tests.Imaging;

/// <summary>Normal deviates by Box and Muller, from the test's own seeded source.</summary>
internal static class Gaussian
{
    public static double Next(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
