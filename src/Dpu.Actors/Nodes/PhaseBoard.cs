using System.Collections.Concurrent;
using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Nodes;

/// <summary>
/// What attempts do at this moment, as their nodes said last: each time a node tells all of its own anew. Nothing here is durable, and nothing is decided by it. Whoever asks names
/// the node that a job gave the attempt to, so that no node speaks for another one's. Safe for use by several threads.
/// </summary>
public sealed class PhaseBoard(TimeProvider time)
{
    /// <summary>What a node tells at most, and what is kept of it.</summary>
    public const int PhasesMax = 1000;

    private readonly ConcurrentDictionary<string, Told> _nodes = new(StringComparer.Ordinal);

    /// <summary>The node is heard, and does this.</summary>
    public void Tell(string node, ImmutableArray<AttemptPhase> phases)
    {
        var byAttempt = new Dictionary<AttemptId, AttemptPhase>();
        foreach (var phase in phases.AsSpan()[..Math.Min(phases.Length, PhasesMax)])
        {
            byAttempt[phase.Attempt] = phase;
        }

        _nodes[node] = new Told(byAttempt, null);
    }

    /// <summary>The node has been silent for so long: what it said last holds as of then.</summary>
    public void CutOff(string node, TimeSpan silent)
    {
        if (_nodes.TryGetValue(node, out var told))
        {
            _nodes[node] = told with { CutOffSince = told.CutOffSince ?? time.GetUtcNow() - silent };
        }
    }

    /// <summary>The node is gone, or tells all anew.</summary>
    public void Forget(string node) => _nodes.TryRemove(node, out _);

    /// <summary>What an attempt does that was given to this node; null when the node has not said it.</summary>
    public KnownPhase? Find(string node, AttemptId attempt) =>
        _nodes.TryGetValue(node, out var told) && told.Phases.TryGetValue(attempt, out var phase) ? new KnownPhase(phase, told.CutOffSince) : null;

    private sealed record Told(Dictionary<AttemptId, AttemptPhase> Phases, DateTimeOffset? CutOffSince);
}
