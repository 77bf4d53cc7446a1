using System.Globalization;

namespace Dpu.Pages.Parts.Graphs;

/// <summary>Makes a graph small enough to be looked at: one box stands for many things of a kind that are joined with the same others, and, where a column is crowded, for all of a kind.</summary>
internal static class GraphCrowds
{
    /// <summary>More than so many boxes of a column are too many to tell apart.</summary>
    public const int RowsMax = 10;

    private const int CrowdMin = 3;
    private const int TwinsMin = 5;

    /// <param name="graph">All of it.</param>
    /// <param name="kindOf">What is alike, in words that a count goes before, such as <c>raw-bias</c>; null for what stands for itself.</param>
    public static Graph Gather(Graph graph, Func<GraphNode, string?> kindOf)
    {
        var columns = GraphColumns.Of(graph);
        var stands = new Dictionary<string, string>(StringComparer.Ordinal);
        var nodes = new List<GraphNode>();
        var joined = Joined(graph);
        foreach (var column in graph.Nodes.GroupBy(node => columns[node.Id]))
        {
            var left = Gathered([.. column], TwinsMin, node => kindOf(node) is { } kind ? (kind, joined[node.Id]) : null, stands);
            nodes.AddRange(left.Count <= RowsMax ? left : Cut(column.Key, Gathered([.. column], CrowdMin, node => kindOf(node) is { } kind ? (kind, "") : null, stands), stands));
        }

        string StandIn(string id) => stands.GetValueOrDefault(id, id);
        var edges = graph.Edges.Select(edge => new GraphEdge(StandIn(edge.From), StandIn(edge.To), edge.Relation)).Distinct();
        return new Graph(nodes, [.. edges]);
    }

    /// <summary>What each is joined with, as a text that is the same for the same others.</summary>
    private static Dictionary<string, string> Joined(Graph graph)
    {
        var others = graph.Edges.SelectMany(edge => new[] { (Who: edge.From, Other: $"> {edge.To}"), (Who: edge.To, Other: $"< {edge.From}") }).ToLookup(pair => pair.Who, pair => pair.Other, StringComparer.Ordinal);
        return graph.Nodes.ToDictionary(node => node.Id, node => string.Join('\n', others[node.Id].Distinct().Order(StringComparer.Ordinal)), StringComparer.Ordinal);
    }

    private static List<GraphNode> Gathered(List<GraphNode> nodes, int least, Func<GraphNode, (string Kind, string Joined)?> alike, Dictionary<string, string> stands)
    {
        var left = new List<GraphNode>();
        foreach (var crowd in nodes.GroupBy(node => node.IsRoot ? null : alike(node)))
        {
            if (crowd.Key is not { } key || crowd.Count() < least)
            {
                left.AddRange(crowd);
                continue;
            }

            left.Add(StandFor($"(all like {crowd.First().Id})", string.Create(CultureInfo.InvariantCulture, $"{crowd.Count()} × {key.Kind}"), crowd, stands));
        }

        return left;
    }

    private static List<GraphNode> Cut(int column, List<GraphNode> left, Dictionary<string, string> stands)
    {
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
