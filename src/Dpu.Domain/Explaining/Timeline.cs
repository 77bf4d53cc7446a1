using System.Collections.Immutable;

namespace Dpu.Domain.Explaining;

/// <summary>What one node did of a job over time.</summary>
/// <param name="Node">Its name; null for all others together.</param>
/// <param name="Running">For each piece of time how many attempts ran at once on average.</param>
/// <param name="Failed">For each piece of time how many attempts ended badly.</param>
public sealed record NodeTimeline(string? Node, ImmutableArray<double> Running, ImmutableArray<int> Failed)
{
    /// <summary>The work in it, in attempts × pieces.</summary>
    public double Work => Running.Sum();
}

/// <summary>A job's attempts over time, node by node, in pieces of equal length: as many figures however many attempts there are. Pure.</summary>
/// <param name="From">The begin of the first piece.</param>
/// <param name="To">The end of the last.</param>
/// <param name="Nodes">By name; those with the least work together, behind them.</param>
public sealed record Timeline(DateTimeOffset From, DateTimeOffset To, ImmutableArray<NodeTimeline> Nodes)
{
    /// <param name="sample">The attempts; each stands for as many as its stride says.</param>
    /// <param name="pieces">Into how many pieces the time is cut.</param>
    /// <param name="nodesMax">Of more nodes those with the least work are told together.</param>
    /// <param name="now">Until when what has not ended runs.</param>
    /// <returns>Null when nothing ran yet.</returns>
    public static Timeline? Of(AttemptSample sample, int pieces, int nodesMax, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.Attempts.IsEmpty)
        {
            return null;
        }

        var from = sample.Attempts.Min(attempt => attempt.StartedAt);
        var to = sample.Attempts.Max(attempt => attempt.EndedAt ?? Later(now, attempt.StartedAt));
        var seconds = Math.Max((to - from).TotalSeconds / pieces, 1e-6);
        var nodes = sample.Attempts
            .GroupBy(attempt => attempt.Node, StringComparer.Ordinal)
            .Select(node => OfNode(node.Key, node, sample.Stride, pieces, attempt => (attempt - from).TotalSeconds / seconds, now))
            .OrderByDescending(node => node.Work)
            .ToList();
        var shown = nodes.Count <= nodesMax ? nodes : nodes[..(nodesMax - 1)];
        var rest = nodes.Skip(shown.Count).ToList();
        return new Timeline(from, to, [.. shown.OrderBy(node => node.Node, StringComparer.Ordinal), .. rest.Count == 0 ? [] : new[] { Together(rest, pieces) }]);
    }

    private static NodeTimeline OfNode(string node, IEnumerable<TimedAttempt> attempts, int stride, int pieces, Func<DateTimeOffset, double> place, DateTimeOffset now)
    {
        var (running, failed) = (new double[pieces], new int[pieces]);
        foreach (var attempt in attempts)
        {
            var (begin, end) = (place(attempt.StartedAt), place(attempt.EndedAt ?? Later(now, attempt.StartedAt)));
            for (var piece = PieceOf(begin, pieces); piece <= PieceOf(end, pieces); piece++)
            {
                running[piece] += stride * Math.Max(0, Math.Min(end, piece + 1) - Math.Max(begin, piece));
            }

            if (attempt.Bad)
            {
                failed[PieceOf(end, pieces)] += stride;
            }
        }

        return new NodeTimeline(node, [.. running], [.. failed]);
    }

    private static NodeTimeline Together(List<NodeTimeline> nodes, int pieces) => new(
        null,
        [.. Enumerable.Range(0, pieces).Select(piece => nodes.Sum(node => node.Running[piece]))],
        [.. Enumerable.Range(0, pieces).Select(piece => nodes.Sum(node => node.Failed[piece]))]);

    private static int PieceOf(double place, int pieces) => Math.Clamp((int)place, 0, pieces - 1);

    /// <summary>Clocks of nodes may be ahead.</summary>
    private static DateTimeOffset Later(DateTimeOffset now, DateTimeOffset started) => now > started ? now : started;
}
