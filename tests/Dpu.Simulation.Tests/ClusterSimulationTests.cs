using System.Globalization;
using Dpu.TestKit;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Dpu.Simulated;

/// <summary>
/// What must always hold, checked after every step of many random worlds. <c>DPU_SEED=n</c> replays one; <c>DPU_SEEDS=n</c> runs so many
/// from <c>DPU_FIRST_SEED</c> on, however long it takes.
/// </summary>
public sealed class ClusterSimulationTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    [Fact]
    public void Whatever_fails_nothing_accepted_is_lost_and_nothing_runs_twice()
    {
        if (Number("DPU_SEED") is { } seed)
        {
            output.WriteLine(Describe(seed, ClusterSimulation.Run(seed, storyLines: int.MaxValue)));
            return;
        }

        var first = Number("DPU_FIRST_SEED") ?? 1;
        var report = Seeds.Run(first, Number("DPU_SEEDS"), Budget);
        output.WriteLine(report.ToString());
        Console.WriteLine(report.ToString());
        if (report.Failures.Count > 0)
        {
            throw new SimulationException(report.DescribeFailures(), report.Failures[0].Reason);
        }
    }

    [Fact]
    public void A_run_is_its_seed()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            ClusterSimulation.Run(seed).ShouldBe(ClusterSimulation.Run(seed));
        }

        ClusterSimulation.Run(1).ShouldNotBe(ClusterSimulation.Run(2));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Describe(int seed, RunFigures run) => string.Create(
        CultureInfo.InvariantCulture, $"seed {seed}: {run.Nodes} nodes, {run.Tasks} tasks, {run.Faults} faults, {run.Steps} steps, trace {run.Trace:x16}");
}
