using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class LostCommand : DpuCommand
{
    private readonly Argument<string> _node = new("NODE") { Description = "Which node: its host is dead, or will not run anything of the DPU again" };
    private readonly Option<bool> _json = JsonOption("The node as in 'dpu nodes --json'");

    public LostCommand()
        : base(
            "lost",
            "Says that a node's host is dead, so that its tasks run elsewhere now instead of after dpu.cluster.node-timeout. Only say so when it is true: a host that is merely cut off still runs them, and would run them twice",
            "dpu lost worker-3")
    {
        Add(_node);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var node = await http.DeclareLostAsync(invocation.Get(_node)!, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(node, ApiJson.Readable.NodeInfo);
        }
        else
        {
            context.Say($"Node {node.Name} is given up: what ran there runs elsewhere.");
        }

        return ExitCodes.Done;
    }
}
