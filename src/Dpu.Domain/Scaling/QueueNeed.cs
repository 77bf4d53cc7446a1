using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Domain.Scaling;

/// <summary>The nodes that a site can be asked for: what each of them has.</summary>
/// <param name="Capacity">What its tasks may hold together.</param>
/// <param name="Tags">What steps may ask for.</param>
/// <param name="Horizon">What waits is to be begun within about this time: short tasks share a node one after the other.</param>
public sealed record PilotShape(Resources Capacity, IReadOnlySet<string> Tags, TimeSpan Horizon);

/// <summary>Sums up how many nodes of a shape what waits could use.</summary>
public sealed class QueueNeed(PilotShape shape)
{
    private double _nodes;

    /// <summary>So many nodes.</summary>
    public int Nodes => (int)Math.Min(Math.Ceiling(_nodes - 1e-9), int.MaxValue);

    /// <summary>So many tasks wait that such a node could run.</summary>
    public long Tasks { get; private set; }

    /// <summary>Tasks that wait.</summary>
    /// <param name="count">How many.</param>
    /// <param name="need">What each holds.</param>
    /// <param name="tags">What each asks of its node.</param>
    /// <param name="seconds">How long each takes; null when nobody knows.</param>
    public void Add(long count, Resources need, IEnumerable<string> tags, double? seconds)
    {
        if (count <= 0 || !need.FitsIn(shape.Capacity) || !tags.All(shape.Tags.Contains))
        {
            return;
        }

        var byCpus = need.Cpus > 0 ? shape.Capacity.Cpus / need.Cpus : int.MaxValue;
        var byMemory = need.MemoryBytes > 0 ? shape.Capacity.MemoryBytes / need.MemoryBytes : long.MaxValue;
        var atOnce = Math.Min(byCpus, byMemory);
        // Whole tasks: three tasks of which a node runs two at once need two nodes, unless both rounds are over soon.
        var rounds = seconds is { } each && each < shape.Horizon.TotalSeconds ? shape.Horizon.TotalSeconds / Math.Max(each, 1e-3) : 1;
        _nodes += count / (atOnce * rounds);
        Tasks += count;
    }
}
