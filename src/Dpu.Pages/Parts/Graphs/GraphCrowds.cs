using System.Globalization;

namespace Dpu.Pages.Parts.Graphs;

/// <summary>Makes a graph small enough to be looked at: where many things of a kind stand side by side, one box stands for them.</summary>
internal static class GraphCrowds
{
    /// <summary>More than so many boxes of a column are too many to tell apart.</summary>
    public const int RowsMax = 10;

    private const int CrowdMin = 3;

    /// <param name="graph">All of it.</param>
    /// <param name="kindOf">What is alike, in words that a count goes before, such as <c>raw-bias</c>; null for what stands for itself.</param>
    public static Graph Gather(Graph graph, Func<GraphNode, string?> kindOf)
    {
        var columns = GraphColumns.Of(graph);
        var stands = new Dictionary<string, string>(StringComparer.Ordinal);
        var nodes = new List<GraphNode>();
        foreach (var column in graph.Nodes.GroupBy(node => columns[node.Id]))
        {
            nodes.AddRange(column.Count() <= RowsMax ? column : Gathered(column.Key, [.. column], kindOf, stands));
        }

        string StandIn(string id) => stands.GetValueOrDefault(id, id);
        var edges = graph.Edges.Select(edge => new GraphEdge(StandIn(edge.From), StandIn(edge.To), edge.Relation)).Distinct();
        return new Graph(nodes, [.. edges]);
    }

    private static List<GraphNode> Gathered(int column, List<GraphNode> nodes, Func<GraphNode, string?> kindOf, Dictionary<string, string> stands)
    {
        var left = new List<GraphNode>();
        foreach (var crowd in nodes.GroupBy(node => node.IsRoot ? null : kindOf(node)))
        {
            if (crowd.Key is not { } kind || crowd.Count() < CrowdMin)
            {
                left.AddRange(crowd);
                continue;
            }

            left.Add(StandFor(string.Create(CultureInfo.InvariantCulture, $"(crowd {column} {kind})"), string.Create(CultureInfo.InvariantCulture, $"{crowd.Count()} × {kind}"), crowd, stands));
        }

        if (left.Count <= RowsMax)
        {
            return left;
        }

        var rest = left.Where(node => !node.IsRoot).Skip(RowsMax - 1).ToList();
        left.RemoveAll(rest.Contains);
        left.Add(StandFor(string.Create(CultureInfo.InvariantCulture, $"(rest {column})"), string.Create(CultureInfo.InvariantCulture, $"{rest.Count} more"), rest, stands));
        return left;
    }

    private static GraphNode StandFor(string id, string label, IEnumerable<GraphNode> nodes, Dictionary<string, string> stands)
    {
        foreach (var node in nodes)
        {
            stands[node.Id] = id;
        }

        // What stood for others does not any more.
        foreach (var (who, by) in stands.Where(pair => stands.ContainsKey(pair.Value)).ToList())
        {
            stands[who] = stands[by];
        }

        return new GraphNode(id, label, "in the table below", "group");
    }
}
