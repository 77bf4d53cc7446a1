namespace Dpu.Pages.Parts.Graphs;

/// <summary>Which column each node of a graph stands in: right of everything that it follows from, and what follows from nothing close to what comes of it.</summary>
internal static class GraphColumns
{
    /// <summary>By node, from 0. Wrong data may lead in a circle: then the circle is opened somewhere.</summary>
    public static IReadOnlyDictionary<string, int> Of(Graph graph)
    {
        var after = graph.Nodes.ToDictionary(node => node.Id, _ => new List<string>(), StringComparer.Ordinal);
        foreach (var edge in graph.Edges.Where(edge => after.ContainsKey(edge.From) && after.ContainsKey(edge.To)))
        {
            after[edge.From].Add(edge.To);
        }

        var order = InOrder(graph, after);
        var place = order.Select((id, index) => (id, index)).ToDictionary(pair => pair.id, pair => pair.index, StringComparer.Ordinal);
        var columns = order.ToDictionary(id => id, _ => 0, StringComparer.Ordinal);
        var follows = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in order)
        {
            foreach (var next in after[id].Where(next => place[next] > place[id]))
            {
                columns[next] = Math.Max(columns[next], columns[id] + 1);
                follows.Add(next);
            }
        }

        foreach (var id in order.Where(id => !follows.Contains(id)))
        {
            var later = after[id].Where(next => place[next] > place[id]).ToList();
            columns[id] = later.Count == 0 ? 0 : later.Min(next => columns[next]) - 1;
        }

        return columns;
    }

    /// <summary>Each before what comes of it, without recursion: a history can be longer than a stack is deep.</summary>
    private static List<string> InOrder(Graph graph, Dictionary<string, List<string>> after)
    {
        var (done, seen) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var node in graph.Nodes)
        {
            if (!seen.Add(node.Id))
            {
                continue;
            }

            var open = new Stack<(string Id, int Next)>([(node.Id, 0)]);
            while (open.TryPop(out var top))
            {
                if (top.Next == after[top.Id].Count)
                {
                    done.Add(top.Id);
                    continue;
                }

                open.Push((top.Id, top.Next + 1));
                if (seen.Add(after[top.Id][top.Next]))
                {
                    open.Push((after[top.Id][top.Next], 0));
                }
            }
        }

        done.Reverse();
        return done;
    }
}
