using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Membership;

/// <summary>What happened to keys and nodes. Hashes only, never a secret.</summary>
public abstract record MembershipEvent(DateTimeOffset At)
{
    /// <summary>Stored as <c>membership.key-created.v1</c>.</summary>
    public sealed record KeyCreated(string Id, string SecretHash, bool Reusable, DateTimeOffset ExpiresAt, string By, string Note, DateTimeOffset At) : MembershipEvent(At);

    /// <summary>Stored as <c>membership.key-revoked.v1</c>.</summary>
    public sealed record KeyRevoked(string Id, string By, DateTimeOffset At) : MembershipEvent(At);

    /// <summary>Stored as <c>membership.identity-revoked.v1</c>.</summary>
    public sealed record IdentityRevoked(string Node, string By, DateTimeOffset At) : MembershipEvent(At);

    /// <summary>Whoever had the name before is replaced. Stored as <c>membership.node-joined.v1</c>.</summary>
    public sealed record NodeJoined(string Node, string KeyId, string IdentityHash, DateTimeOffset At) : MembershipEvent(At);

    /// <summary>Stored as <c>membership.node-drained.v1</c>.</summary>
    public sealed record NodeDrained(string Node, string By, DateTimeOffset At) : MembershipEvent(At);

    /// <summary>Stored as <c>membership.node-resumed.v1</c>.</summary>
    public sealed record NodeResumed(string Node, string By, DateTimeOffset At) : MembershipEvent(At);

    /// <summary>What a node has, as it last said. Stored as <c>membership.node-described.v1</c>.</summary>
    public sealed record NodeDescribed(string Node, Resources Capacity, ImmutableArray<string> Tags, DateTimeOffset At) : MembershipEvent(At);

    /// <summary>Nothing of the node is remembered any more. Stored as <c>membership.node-left.v1</c>.</summary>
    public sealed record NodeLeft(string Node, DateTimeOffset At) : MembershipEvent(At);
}
