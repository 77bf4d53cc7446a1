using System.Diagnostics;
using Dpu.System.Tests.Processes;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Nodes;

/// <summary>
/// Three nodes as real processes, and what can happen to them. Whatever does: the job ends with every task normal, no task is accepted twice, and by what
/// the tasks themselves wrote down, no two attempts of a task were alive at once.
/// </summary>
public sealed class NodeFailureTests
{
    private const int Tasks = 60;
    private const int Beats = 20;

    [Fact]
    public async Task A_nodes_service_dies_and_another_nodes_service_and_keeper()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 3);
        var job = await cluster.SubmitAsync(Tasks, Beats);
        await cluster.RunsOnAsync(cluster.Nodes[0]);
        await cluster.RunsOnAsync(cluster.Nodes[1]);

        cluster.Nodes[0].KillService();
        cluster.Nodes[1].KillService();
        cluster.Nodes[1].KillKeeper();

        await cluster.EndsWellAsync(job, Tasks);
    }

    [Fact]
    public async Task A_node_that_comes_back_at_once_has_lost_nothing()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 2, patience: Patience.Long);
        var job = await cluster.SubmitAsync(20, Beats);
        await cluster.RunsOnAsync(cluster.Nodes[0]);

        cluster.Nodes[0].KillService();
        await cluster.Nodes[0].StartAsync();

        await cluster.EndsWellAsync(job, 20);
        cluster.Evidence.StartsByTask().Values.ShouldAllBe(starts => starts == 1);
    }

    [Fact]
    public async Task A_node_whose_keeper_died_too_reports_the_loss_when_it_is_back_without_waiting_for_the_timeout()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 1, patience: Patience.Long);
        var job = await cluster.SubmitAsync(4, Beats);
        await cluster.RunsOnAsync(cluster.Nodes[0]);

        cluster.Nodes[0].KillService();
        cluster.Nodes[0].KillKeeper();
        await cluster.Nodes[0].StartAsync();

        await cluster.EndsWellAsync(job, 4);
    }

    [Fact]
    public async Task A_node_freezes_for_longer_than_the_timeout_and_thaws()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 3);
        var job = await cluster.SubmitAsync(Tasks, Beats);
        await cluster.RunsOnAsync(cluster.Nodes[0]);

        cluster.Nodes[0].Signal("STOP");
        await cluster.EndsWellAsync(job, Tasks);
        cluster.Nodes[0].Signal("CONT");

        var second = await cluster.SubmitAsync(Tasks, 2);
        await cluster.EndsWellAsync(second, Tasks);
        var detail = await cluster.Dpu.Client.GetJobAsync(second, tasks: true, CancellationToken.None);
        detail.Tasks!.SelectMany(task => task.Attempts).Select(attempt => attempt.Node).ShouldContain("n1");
    }

    [Fact]
    public async Task The_frontend_dies_and_the_nodes_work_on()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 2, patience: Patience.Long);
        var job = await cluster.SubmitAsync(24, Beats);
        await cluster.RunsOnAsync(cluster.Nodes[0]);

        await cluster.Dpu.KillServiceAsync();
        await cluster.Dpu.StartAsync(RealCluster.Options(Patience.Long));

        await cluster.EndsWellAsync(job, 24);
        cluster.Evidence.StartsByTask().Values.ShouldAllBe(starts => starts == 1);
    }

    [Fact]
    public async Task A_node_that_is_added_while_a_job_runs_gets_work_at_once()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 1, cpus: 1);
        var job = await cluster.SubmitAsync(40, 5);
        await cluster.RunsOnAsync(cluster.Nodes[0]);

        var added = await cluster.AddNodeAsync("n2");
        var watch = Stopwatch.StartNew();
        await cluster.RunsOnAsync(added);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        await cluster.EndsWellAsync(job, 40);
    }

    [Fact]
    public async Task A_second_node_of_the_same_name_is_refused_and_says_why()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 1);

        var second = await cluster.Dpu.RunAsync(
            "node", "--frontend", cluster.Dpu.Address.GetLeftPart(UriPartial.Authority), "--key-file", cluster.KeyFile, "--name", "n1", "--data", Path.Combine(cluster.Dpu.Home, "other"));

        second.Exits(3).Error.ShouldContain("There is a node 'n1'");
    }

    [Fact]
    public async Task The_processes_of_a_node_hold_no_secret_of_the_dpu_or_of_another_node()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 2);
        var job = await cluster.SubmitAsync(16, Beats);
        await cluster.RunsOnAsync(cluster.Nodes[0]);
        await cluster.RunsOnAsync(cluster.Nodes[1]);
        var secrets = new[] { File.ReadAllText(cluster.KeyFile).Trim(), File.ReadAllText(cluster.Dpu.TokenPath).Trim(), SecretOf(cluster.Nodes[0]), SecretOf(cluster.Nodes[1]) };

        secrets.SelectMany(ProcessTable.Mentioning).ShouldBeEmpty();

        await cluster.EndsWellAsync(job, 16);
    }

    private static string SecretOf(RealNode node) => File.ReadAllText(Path.Combine(node.Data, "identity.json")).Split(':', '"').First(part => part.Length == 64);
}
