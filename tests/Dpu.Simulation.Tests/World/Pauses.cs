namespace Dpu.Simulated;

/// <summary>
/// How long things take. The clock of a simulation moves only when nothing can run, so that whatever takes time happens after all that is
/// under way; often taking none is what makes things overtake each other.
/// </summary>
internal static class Pauses
{
    public static TimeSpan UpTo(TimeSpan longest, Random random) => random.Next(2) == 0 ? TimeSpan.Zero : longest * random.NextDouble();
}
