using System.Collections.Immutable;
using Dpu.Domain.Membership;
using Dpu.Domain.Planning;

namespace Dpu.Actors.Membership;

/// <summary>Nodes that are there by configuration.</summary>
/// <param name="Own">This service's own; null without one.</param>
/// <param name="Declared">Those that can be started.</param>
public sealed record ConfiguredNodes(NodeShape? Own, ImmutableArray<NodeShape> Declared)
{
    internal ImmutableArray<NodeShape> All => Own is null ? Declared : Declared.Insert(0, Own);
}

/// <summary>
/// The shapes of this service's own node, of nodes that are declared, and of those that joined and may come back. One writer, any number of readers.
/// </summary>
/// <param name="configured">What the configuration says now.</param>
public sealed class KnownNodeShapes(Func<ConfiguredNodes> configured) : INodeShapes
{
    private volatile Shapes _joined = new([], HasMembers: false);

    public ImmutableArray<NodeShape> Known => _joined.All.AddRange(configured().All);

    public bool OnOtherHosts => _joined.HasMembers || configured() is not { Own: not null, Declared.IsEmpty: true };

    /// <summary>Takes over what was committed.</summary>
    public void Publish(MembershipState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var members = state.Identities.Values.Where(identity => identity.RevokedAt is null).Select(identity => identity.Node).ToList();
        _joined = new([.. members.Select(state.Shapes.GetValueOrDefault).OfType<NodeShape>()], members.Count > 0);
    }

    private sealed record Shapes(ImmutableArray<NodeShape> All, bool HasMembers);
}
