using Dpu.System.Tests.Processes;
using Shouldly;

namespace Dpu.System.Tests.Nodes;

/// <summary>Two nodes, one of them in a network of its own, over TLS; and its cable is pulled.</summary>
public sealed class NetworkCutTests
{
    private const int Tasks = 30;
    private const int Beats = 20;

    [FactWithNetworks]
    public async Task A_cut_that_is_shorter_than_the_fence_costs_nothing()
    {
        using var network = OwnNetwork.Create();
        await using var cluster = await RealCluster.StartAsync(nodes: 1, cpus: 2, Patience.Long, host: "0.0.0.0");
        var far = await cluster.AddNodeAsync("far", network);
        var job = await cluster.SubmitAsync(Tasks, Beats);
        await cluster.RunsOnAsync(far);

        network.Pull();
        await PauseAsync(TimeSpan.FromSeconds(1.2));
        network.PlugIn();

        await cluster.EndsWellAsync(job, Tasks);
        cluster.Evidence.StartsByTask().Values.ShouldAllBe(starts => starts == 1);
    }

    [FactWithNetworks]
    public async Task A_cut_that_is_longer_than_the_timeout_moves_the_tasks_and_the_node_comes_back()
    {
        using var network = OwnNetwork.Create();
        await using var cluster = await RealCluster.StartAsync(nodes: 1, cpus: 2, host: "0.0.0.0");
        var far = await cluster.AddNodeAsync("far", network);
        var job = await cluster.SubmitAsync(Tasks, beats: 60);
        await cluster.RunsOnAsync(far);

        network.Pull();
        await Eventually.HoldsAsync(() => ProcessTable.Running($"{cluster.EvidencePath}\0").All(pid => ProcessTable.VariableOf(pid, "DPU_NODE") != "far"), "the cut off node has ended its tasks");
        await Eventually.HoldsAsync(() => cluster.Evidence.StartsByTask().Values.Any(starts => starts > 1), "the tasks run elsewhere");
        network.PlugIn();
        await cluster.RunsOnAsync(far);

        await cluster.EndsWellAsync(job, Tasks);
    }

    [FactWithNetworks]
    public async Task A_stranger_in_the_network_is_told_what_is_wrong()
    {
        using var network = OwnNetwork.Create();
        await using var cluster = await RealCluster.StartAsync(nodes: 0, host: "0.0.0.0");
        var address = $"{network.HostAddress}:{cluster.Dpu.Address.Port}";

        var plain = await cluster.RunInAsync(network, "curl", "-s", "-o", "/dev/stderr", "-w", "%{http_code}", $"http://{address}/api/v1/health");
        plain.Out.ShouldBe("400");
        plain.Error.ShouldContain("TLS");

        var wrong = Path.Combine(cluster.Dpu.Home, "wrong.key");
        var line = File.ReadAllText(cluster.KeyFile).Trim();
        File.WriteAllText(wrong, line[..^1] + (line[^1] == '0' ? '1' : '0'));
        File.SetUnixFileMode(wrong, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var strange = await cluster.RunInAsync(network, Programs.Dpu, "node", "--frontend", $"https://{address}", "--key-file", wrong, "--name", "strange", "--data", Path.Combine(cluster.Dpu.Home, "strange"));
        strange.Exits(3).Error.ShouldContain("was not issued by the authority that the key names");

        File.ReadAllText(Directory.GetFiles(cluster.Dpu.Data, "service*.log").Single()).ShouldContain($"Refused {network.NodeAddress}");
    }

    /// <summary>The length of a cut is what these tests are about.</summary>
    private static async Task PauseAsync(TimeSpan time)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync();
    }
}
