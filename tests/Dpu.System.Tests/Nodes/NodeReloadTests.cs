using Dpu.System.Tests.Processes;
using Xunit;

namespace Dpu.System.Tests.Nodes;

public sealed class NodeReloadTests
{
    [Fact]
    public async Task A_node_that_is_hung_up_tells_its_tags_anew_and_goes_on()
    {
        await using var cluster = await RealCluster.StartAsync(nodes: 1);
        var (dpu, node) = (cluster.Dpu, cluster.Nodes[0]);
        node.KillService();
        await node.StartAsync("--config", dpu.NewFile("node.conf", "dpu.node.tags = [slow]\n"));
        dpu.NewFile("node.conf", "dpu.node { tags = [gpu], drain-time = 1 m }\n");

        node.Signal("HUP");

        await Eventually.AsksAsync(async () => (await dpu.Client.GetNodesAsync(CancellationToken.None)).Single().Tags is ["gpu"], "the frontend knows its tags");
        await Eventually.HoldsAsync(() => node.Said.Contains("needs a restart: node.drain-time: 10 m → 1 m", StringComparison.Ordinal), "it says what needs a restart");
        (await dpu.RunAsync("exec", "--wait", "--", "true")).Exits(0);
    }
}
