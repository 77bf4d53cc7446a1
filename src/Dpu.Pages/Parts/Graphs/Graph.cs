namespace Dpu.Pages.Parts.Graphs;

/// <summary>Things and what follows from what, to be drawn from left to right.</summary>
/// <param name="Nodes">The things; their order decides where there is a choice.</param>
/// <param name="Edges">From the earlier to the later. Those whose ends are not there are not drawn.</param>
public sealed record Graph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges);

/// <summary>One thing.</summary>
/// <param name="Id">Tells it from the others.</param>
/// <param name="Label">What stands in its box; cut where it is too long, and whole in its title.</param>
/// <param name="Detail">A second, fainter line; null for none.</param>
/// <param name="Kind">How it looks, a word of <c>dpu.css</c>: <c>file</c>, <c>attempt</c>, <c>group</c>, <c>hidden</c>, or the word of a status.</param>
public sealed record GraphNode(string Id, string Label, string? Detail, string Kind)
{
    /// <summary>Where it leads; null for nowhere.</summary>
    public string? Address { get; init; }

    /// <summary>Whether it is what the graph is about.</summary>
    public bool IsRoot { get; init; }

    /// <summary>The share of it that is done, 0 to 1, as a bar at its foot; null for none.</summary>
    public double? Done { get; init; }
}

/// <summary>The later comes of the earlier.</summary>
/// <param name="From">The earlier.</param>
/// <param name="To">The later.</param>
/// <param name="Relation">How, in words.</param>
public sealed record GraphEdge(string From, string To, string Relation);
