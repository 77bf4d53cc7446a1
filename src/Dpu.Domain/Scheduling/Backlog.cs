namespace Dpu.Domain.Scheduling;

/// <summary>
/// How many short tasks a node is given ahead of its free resources, so that it need not wait for the next commit between
/// two of them. The node starts what it was given ahead only when its resources are free.
/// </summary>
internal static class Backlog
{
    /// <summary>Work given ahead covers about this time: several commits of the journal. A task that takes longer is not short.</summary>
    public const double CoveredSeconds = 0.05;

    private const int PerCpuMax = 32;

    /// <summary>
    /// Whether one more may be given ahead. The bound does not depend on the task: or those with a lower bound would never get their turn beside
    /// others with a higher one.
    /// </summary>
    /// <param name="cpus">What the node has.</param>
    /// <param name="cpusHeld">What all that was given to it holds.</param>
    /// <param name="cpuSecondsHeld">How long all of that takes on one cpu.</param>
    public static bool MayGrow(int cpus, int cpusHeld, double cpuSecondsHeld) =>
        cpusHeld < cpus * (1 + PerCpuMax) && cpuSecondsHeld < cpus * 2 * CoveredSeconds;
}
