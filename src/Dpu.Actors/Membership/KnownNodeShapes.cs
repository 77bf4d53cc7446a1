using System.Collections.Immutable;
using Dpu.Domain.Membership;
using Dpu.Domain.Planning;

namespace Dpu.Actors.Membership;

/// <summary>
/// The shapes of this service's own node, of nodes that are declared, and of those that joined and may come back. One writer, any number of readers.
/// </summary>
/// <param name="own">This service's own node; null without one.</param>
/// <param name="declared">Nodes that can be started, by configuration.</param>
public sealed class KnownNodeShapes(NodeShape? own, ImmutableArray<NodeShape> declared) : INodeShapes
{
    private readonly ImmutableArray<NodeShape> _always = own is null ? declared : declared.Insert(0, own);
    private volatile Shapes _joined = new([], HasMembers: false);

    public ImmutableArray<NodeShape> Known => _joined.All.AddRange(_always);

    public bool OnOtherHosts => own is null || !declared.IsEmpty || _joined.HasMembers;

    /// <summary>Takes over what was committed.</summary>
    public void Publish(MembershipState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var members = state.Identities.Values.Where(identity => identity.RevokedAt is null).Select(identity => identity.Node).ToList();
        _joined = new([.. members.Select(state.Shapes.GetValueOrDefault).OfType<NodeShape>()], members.Count > 0);
    }

    private sealed record Shapes(ImmutableArray<NodeShape> All, bool HasMembers);
}
