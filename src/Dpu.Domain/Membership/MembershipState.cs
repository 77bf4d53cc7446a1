using System.Collections.Immutable;
using Dpu.Domain.Planning;

namespace Dpu.Domain.Membership;

/// <summary>A key that was made.</summary>
/// <param name="Id">By which it is listed and revoked.</param>
/// <param name="SecretHash">SHA-256 of its secret.</param>
/// <param name="Reusable">Whether several nodes may join with it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on nobody joins with it.</param>
/// <param name="By">Who made it.</param>
/// <param name="Note">For people; empty for none.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
/// <param name="LastUse">Who last joined with it, or null.</param>
public sealed record KnownKey(
    string Id, string SecretHash, bool Reusable, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string By, string Note, DateTimeOffset? RevokedAt, KeyUse? LastUse)
{
    /// <summary>What it is good for at <paramref name="now"/>.</summary>
    public KeyState StateAt(DateTimeOffset now) =>
        RevokedAt is not null ? KeyState.Revoked
        : !Reusable && LastUse is not null ? KeyState.Used
        : now >= ExpiresAt ? KeyState.Expired
        : KeyState.Usable;
}

/// <summary>A node joined with a key.</summary>
public sealed record KeyUse(string Node, DateTimeOffset At);

public enum KeyState
{
    Usable,
    Used,
    Expired,
    Revoked,
}

/// <summary>What a node is known by.</summary>
/// <param name="Node">Its name.</param>
/// <param name="KeyId">The key that it joined with.</param>
/// <param name="Hash">SHA-256 of its secret.</param>
/// <param name="JoinedAt">When it joined.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
public sealed record KnownIdentity(string Node, string KeyId, string Hash, DateTimeOffset JoinedAt, DateTimeOffset? RevokedAt);

/// <summary>Who belongs to the DPU: the fold of its <see cref="MembershipEvent"/>s.</summary>
public sealed record MembershipState(
    ImmutableSortedDictionary<string, KnownKey> Keys,
    ImmutableSortedDictionary<string, KnownIdentity> Identities,
    ImmutableSortedSet<string> Drained)
{
    /// <summary>What nodes that have joined have, as they last said.</summary>
    public ImmutableSortedDictionary<string, NodeShape> Shapes { get; init; } = ImmutableSortedDictionary.Create<string, NodeShape>(StringComparer.Ordinal);

    public static MembershipState Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, KnownKey>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, KnownIdentity>(StringComparer.Ordinal),
        ImmutableSortedSet.Create<string>(StringComparer.Ordinal));

    /// <summary>The state after one more event.</summary>
    public MembershipState Apply(MembershipEvent @event) => @event switch
    {
        MembershipEvent.KeyCreated e => this with { Keys = Keys.Add(e.Id, new KnownKey(e.Id, e.SecretHash, e.Reusable, e.At, e.ExpiresAt, e.By, e.Note, null, null)) },
        MembershipEvent.KeyRevoked e => this with { Keys = Keys.SetItem(e.Id, Keys[e.Id] with { RevokedAt = e.At }) },
        MembershipEvent.IdentityRevoked e => this with { Identities = Identities.SetItem(e.Node, Identities[e.Node] with { RevokedAt = e.At }) },
        MembershipEvent.NodeJoined e => this with
        {
            Keys = Keys.SetItem(e.KeyId, Keys[e.KeyId] with { LastUse = new KeyUse(e.Node, e.At) }),
            Identities = Identities.SetItem(e.Node, new KnownIdentity(e.Node, e.KeyId, e.IdentityHash, e.At, null)),
        },
        MembershipEvent.NodeDrained e => this with { Drained = Drained.Add(e.Node) },
        MembershipEvent.NodeResumed e => this with { Drained = Drained.Remove(e.Node) },
        MembershipEvent.NodeLeft e => this with { Identities = Identities.Remove(e.Node), Drained = Drained.Remove(e.Node), Shapes = Shapes.Remove(e.Node) },
        MembershipEvent.NodeDescribed e => this with { Shapes = Shapes.SetItem(e.Node, new NodeShape(e.Capacity, e.Tags)) },
        _ => throw new InvalidOperationException($"Membership knows no event {@event.GetType().Name}."),
    };
}
