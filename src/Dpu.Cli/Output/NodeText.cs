using Dpu.Client.Contracts;

namespace Dpu.Cli.Output;

/// <summary>Nodes in words.</summary>
internal static class NodeText
{
    /// <summary>As it stands in a sentence.</summary>
    public static string State(NodeInfo node) => node.State switch
    {
        "CutOff" => "cut off",
        var state => state.ToLowerInvariant(),
    };

    /// <summary>What still has to end there; null when nothing has.</summary>
    public static string? Rest(NodeInfo node) => (node.Running, node.Waiting) switch
    {
        (0, 0) => null,
        (var running, 0) => $"{Tasks(running)} run{(running == 1 ? "s" : "")} there",
        (var running, var waiting) => $"{Tasks(running)} run{(running == 1 ? "s" : "")} there, and {Units.Number(waiting)} wait{(waiting == 1 ? "s" : "")}",
    };

    private static string Tasks(int count) => count == 1 ? "1 task" : $"{Units.Number(count)} tasks";
}
