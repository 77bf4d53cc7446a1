using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class ResumeCommand : DpuCommand
{
    private readonly Argument<string> _node = new("NODE") { Description = "Which node" };
    private readonly Option<bool> _json = JsonOption("The node as in 'dpu nodes --json'");

    public ResumeCommand()
        : base("resume", "Gives a node work again that was drained or quarantined", "dpu resume worker-3", "dpu nodes                how the nodes are")
    {
        Add(_node);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var node = await http.ResumeAsync(invocation.Get(_node)!, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(node, ApiJson.Readable.NodeInfo);
        }
        else
        {
            context.Say(node.Reason is null ? $"Node {node.Name} is given work again." : $"Node {node.Name} may be given work again, but is {NodeText.State(node)}: {node.Reason}.");
        }

        return ExitCodes.Done;
    }
}
