using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Planning;

/// <summary>What a node has, or would have if it were started.</summary>
/// <param name="Capacity">What its tasks may hold together.</param>
/// <param name="Tags">What steps may ask for.</param>
public sealed record NodeShape(Resources Capacity, ImmutableArray<string> Tags);

/// <summary>
/// The nodes that are configured or can be started, whether or not they are up: what fits none of them is impossible, and refused at the door.
/// Safe for use by several threads.
/// </summary>
public interface INodeShapes
{
    /// <summary>All that is known now. While it is empty nothing is impossible: a node of any size may join.</summary>
    ImmutableArray<NodeShape> Known { get; }

    /// <summary>Whether any of them is on another host: what this one can run then says little.</summary>
    bool OnOtherHosts { get; }
}

/// <summary>What a step would fit on.</summary>
public static class NodeShapes
{
    private static readonly Resources Unbounded = new(int.MaxValue, long.MaxValue);

    /// <summary>The most cpus and the most memory that a node has, perhaps not the same one; without bounds when no node is known.</summary>
    public static Resources Largest(this ImmutableArray<NodeShape> shapes) => shapes.IsEmpty
        ? Unbounded
        : new Resources(shapes.Max(shape => shape.Capacity.Cpus), shapes.Max(shape => shape.Capacity.MemoryBytes));

    /// <summary>How many tasks of one cpu may be expected to run at once; 1 when no node is known.</summary>
    public static int CpusForEstimates(this ImmutableArray<NodeShape> shapes) => shapes.IsEmpty ? 1 : shapes.Largest().Cpus;

    /// <summary>All tags that nodes have.</summary>
    public static ImmutableArray<string> Tags(this ImmutableArray<NodeShape> shapes) =>
        [.. shapes.SelectMany(shape => shape.Tags).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>
    /// What is in the way of a step: null when a node fits, or when none is known. Its tags come first, then its cpus: the memory told is that of nodes which have both.
    /// </summary>
    public static Misfit? WhyNot(this ImmutableArray<NodeShape> shapes, StepPlan step)
    {
        if (shapes.IsEmpty)
        {
            return null;
        }

        var tagged = shapes.RemoveAll(shape => !step.Rules.Placement.Tags.All(tag => shape.Tags.Contains(tag, StringComparer.Ordinal)));
        if (tagged.IsEmpty)
        {
            return new Misfit.Tags();
        }

        var wide = tagged.RemoveAll(shape => shape.Capacity.Cpus < step.Resources.Cpus);
        if (wide.IsEmpty)
        {
            return new Misfit.Cpus(tagged.Largest().Cpus);
        }

        return step.Resources.MemoryBytes > wide.Largest().MemoryBytes ? new Misfit.Memory(wide.Largest().MemoryBytes) : null;
    }
}

/// <summary>Why a step fits no node that is known.</summary>
public abstract record Misfit
{
    private Misfit()
    {
    }

    /// <summary>No node has all of its tags.</summary>
    public sealed record Tags : Misfit;

    /// <summary>Nodes with its tags have at most so many cpus.</summary>
    public sealed record Cpus(int Most) : Misfit;

    /// <summary>Nodes with its tags and cpus have at most so much memory.</summary>
    public sealed record Memory(long MostBytes) : Misfit;
}
