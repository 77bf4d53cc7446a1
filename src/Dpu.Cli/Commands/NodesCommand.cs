using System.CommandLine;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class NodesCommand : DpuCommand
{
    private readonly Option<bool> _json = JsonOption("One JSON array of {\"name\",\"state\",\"cpus\",\"memoryBytes\",\"running\",\"waiting\",\"tags\",\"reason\",\"drained\",\"host\",\"version\",\"diskBytes\",\"missing\",\"joined\",\"lastHeard\",\"lostAt\"}");

    public NodesCommand()
        : base("nodes", "The nodes with their load", "dpu nodes", "dpu nodes --json") => Add(_json);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var http = context.OpenClient(invocation.Dpu);
        var nodes = await http.GetNodesAsync(CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(nodes, ApiJson.Readable.IReadOnlyListNodeInfo);
        }
        else
        {
            Write(nodes, context.Out);
        }

        return ExitCodes.Done;
    }

    public static void Write(IReadOnlyList<NodeInfo> nodes, TextWriter writer)
    {
        var table = new Table("NODE", "STATE", "RUNNING", "WAITING", "CPUS", "MEMORY", "HOST", "TAGS").Right(2, 3, 4, 5);
        foreach (var node in nodes)
        {
            table.Add(node.Name, node.State, Units.Number(node.Running), Units.Number(node.Waiting), Units.Number(node.Cpus), Units.Size(node.MemoryBytes), node.Host ?? "", string.Join(' ', node.Tags));
        }

        table.WriteTo(writer);
        foreach (var node in nodes.Where(node => node.Reason is not null))
        {
            writer.WriteLine($"{node.Name} is {NodeText.State(node)}: {node.Reason}.");
        }

        foreach (var node in nodes.Where(node => node.Missing is { Count: > 0 }))
        {
            writer.WriteLine($"{node.Name} is given nothing that needs {string.Join(", ", node.Missing!)}: it does not have that.");
        }
    }
}
