namespace Dpu.Domain.Scheduling;

/// <summary>
/// How many short tasks a node is given ahead of its free resources, so that it need not wait for the next commit between
/// two of them. The node starts what it was given ahead only when its resources are free.
/// </summary>
internal static class Backlog
{
    /// <summary>Work given ahead covers about this time: several commits of the journal.</summary>
    private const double CoveredSeconds = 0.05;

    private const int PerCpuMax = 32;

    /// <summary>Tasks given ahead for each cpu when tasks take <paramref name="meanSeconds"/>; none for long or unknown ones.</summary>
    public static int PerCpu(double? meanSeconds) => meanSeconds switch
    {
        null or >= CoveredSeconds => 0,
        { } mean => (int)Math.Min(PerCpuMax, CoveredSeconds / Math.Max(mean, 1e-6)),
    };
}
