using Dpu.Client.Contracts;
using Dpu.System.Tests.Commands;
using Dpu.System.Tests.Nodes;
using Dpu.System.Tests.Processes;
using Shouldly;

namespace Dpu.System.Tests.Pilots;

/// <summary>Nodes as jobs of real batch systems.</summary>
public sealed class PilotTests
{
    [FactWithServers("slurmctld", "slurmd", "munged")]
    public async Task Slurm_brings_two_nodes_and_one_that_is_cancelled_in_the_middle_of_its_tasks_loses_nothing()
    {
        await using var slurm = await RealBatchSystem.StartAsync("slurm");
        await using var dpu = new RealDpu();
        await dpu.StartAsync(slurm.In(dpu.Serve([.. RealCluster.Options(Patience.Short), .. Pilots(dpu)])));
        await HundredTasksAsync(dpu, "slurm", pilot => slurm.RunAsync("scancel", pilot.BatchId!));
        await Eventually.HoldsAsync(() => slurm.RunAsync("squeue", "--noheader").Result.Length == 0, "Slurm has no job any more");
    }

    [FactWithServers("sge_qmaster", "sge_execd", "qsub")]
    public async Task Grid_Engine_brings_two_nodes_and_one_that_is_deleted_in_the_middle_of_its_tasks_loses_nothing()
    {
        await using var engine = await RealBatchSystem.StartAsync("gridengine");
        await using var dpu = new RealDpu();
        await dpu.StartAsync(engine.In(dpu.Serve(
            [.. RealCluster.Options(Patience.Short), .. Pilots(dpu), "-D", "dpu.scaling.parallel-environment=smp", "-D", $"dpu.scaling.shared-dir={dpu.NewFolder("shared")}"])));
        await HundredTasksAsync(dpu, "gridengine", pilot => engine.RunAsync("qdel", pilot.BatchId!));
        await Eventually.HoldsAsync(() => !engine.RunAsync("qstat").Result.Contains("pilot-", StringComparison.Ordinal), "Grid Engine has no job any more");
    }

    private static string[] Pilots(RealDpu dpu) =>
        ["-D", "dpu.scaling.cpus=2", "-D", "dpu.scaling.look-every=500 ms", "-D", "dpu.scaling.max=4", "-D", $"dpu.scaling.cache={dpu.NewFolder("cache")}"];

    private static async Task HundredTasksAsync(RealDpu dpu, string via, Func<PilotInfo, Task> end)
    {
        (await dpu.RunAsync("scale", "--to", "2", "--via", via)).Exits(0);
        await Eventually.HoldsAsync(() => Scaling(dpu).Pilots.Count(pilot => pilot.State == "Idle") == 2, "two pilots are there");

        var lines = dpu.NewFile("lines", string.Concat(Enumerable.Range(0, 100).Select(line => $"{line}\n")));
        var job = await dpu.SubmitAsync("exec", "--each", lines, "--", "sh", "-c", "sleep 0.2; echo done {}");
        await Eventually.HoldsAsync(() => Scaling(dpu).Pilots.Count(pilot => pilot.Running > 0) == 2, "both have work");
        await end(Scaling(dpu).Pilots[0]);

        var summary = await dpu.EndOfAsync(job);
        (summary.Status, summary.Counts.ToString()).ShouldBe(("FINISHED", "100/0/0/0/0"));

        (await dpu.RunAsync("scale", "--to", "0")).Exits(0);
        await Eventually.HoldsAsync(() => Scaling(dpu) is { Pilots.Count: 0, LastFailure: null }, "all have left, and nothing went wrong");
    }

    private static ScalingInfo Scaling(RealDpu dpu) => dpu.Client.GetScalingAsync(CancellationToken.None).Result;
}
