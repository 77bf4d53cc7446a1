using Dpu.Client.Contracts;

namespace Dpu.Pages.Nodes;

/// <summary>All nodes.</summary>
/// <param name="Nodes">By name.</param>
/// <param name="Now">The moment.</param>
public sealed record NodesModel(IReadOnlyList<NodeInfo> Nodes, DateTimeOffset Now);

/// <summary>A node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Tasks">What it was given, as far as the viewer may look into it.</param>
/// <param name="HasMore">Whether there are more of them.</param>
/// <param name="Refusal">Why what was asked for was not done; null when nothing was, or it was.</param>
/// <param name="Now">The moment.</param>
public sealed record NodeModel(NodeInfo Node, IReadOnlyList<NodeTask> Tasks, bool HasMore, string? Refusal, DateTimeOffset Now);
