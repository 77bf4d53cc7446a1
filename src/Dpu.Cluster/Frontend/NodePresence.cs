using System.Collections.Concurrent;

namespace Dpu.Cluster.Frontend;

/// <summary>Which nodes are connected, or were until a moment ago. Safe for use by several threads.</summary>
/// <param name="localNode">The node of this very service; null without one.</param>
/// <param name="nodeTimeout">How long a node that is silent counts as there.</param>
/// <param name="time">Measures the silence.</param>
public sealed class NodePresence(string? localNode, TimeSpan nodeTimeout, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, long?> _leftAt = new(StringComparer.Ordinal);

    /// <summary>Whether nobody of this name is connected, nor was less than node-timeout ago.</summary>
    public bool IsFree(string node) =>
        node != localNode && (!_leftAt.TryGetValue(node, out var at) || (at is { } since && time.GetElapsedTime(since) >= nodeTimeout));

    /// <summary>Whether a node of this name is connected now.</summary>
    public bool IsLinked(string node) => _leftAt.TryGetValue(node, out var at) && at is null;

    /// <summary>At the service's start: nobody knows when these were heard last, so their silence counts from now.</summary>
    public void Expect(IEnumerable<string> nodes)
    {
        foreach (var node in nodes)
        {
            Unlinked(node, TimeSpan.Zero);
        }
    }

    internal void Linked(string node) => _leftAt[node] = null;

    internal void Unlinked(string node, TimeSpan silent) => _leftAt[node] = time.GetTimestamp() - (long)(silent.TotalSeconds * time.TimestampFrequency);
}
