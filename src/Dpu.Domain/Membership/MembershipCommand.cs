using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Membership;

/// <summary>What people and nodes ask about who belongs to the DPU. Secrets never come here: whoever received one hashed it (SHA-256, hexadecimal).</summary>
public abstract record MembershipCommand
{
    private MembershipCommand()
    {
    }

    /// <summary>Make a key that lets nodes join until <paramref name="ExpiresAt"/>.</summary>
    public sealed record CreateKey(string Id, string SecretHash, bool Reusable, DateTimeOffset ExpiresAt, string By, string Note) : MembershipCommand;

    /// <summary>Nobody joins with this key any more. Those who did stay.</summary>
    public sealed record RevokeKey(string Id, string By) : MembershipCommand;

    /// <summary>A node is not believed any more.</summary>
    public sealed record RevokeIdentity(string Node, string By) : MembershipCommand;

    /// <summary>A node joins with a key.</summary>
    /// <param name="KeyId">Which key.</param>
    /// <param name="SecretHash">Of the secret that it showed.</param>
    /// <param name="Node">What it wants to be called.</param>
    /// <param name="IdentityHash">Of the secret by which it will be known.</param>
    /// <param name="NameIsFree">Whether nobody of this name is connected, or was until a moment ago.</param>
    /// <param name="Patience">A holder of the name that joined less than this ago is there although it has not connected yet.</param>
    public sealed record Join(string KeyId, string SecretHash, string Node, string IdentityHash, bool NameIsFree, TimeSpan Patience) : MembershipCommand;

    /// <summary>Give a node nothing more.</summary>
    public sealed record Drain(string Node, string By) : MembershipCommand;

    /// <summary>Give it work again.</summary>
    public sealed record Resume(string Node, string By) : MembershipCommand;

    /// <summary>A node that has joined says what it has.</summary>
    public sealed record Describe(string Node, Resources Capacity, ImmutableArray<string> Tags) : MembershipCommand;

    /// <summary>A node goes and does not come back: its identity ends with it.</summary>
    public sealed record Leave(string Node) : MembershipCommand;
}

/// <summary>What a command leads to.</summary>
public abstract record MembershipDecision
{
    private MembershipDecision()
    {
    }

    /// <summary>These events follow.</summary>
    public sealed record Accepted(ImmutableArray<MembershipEvent> Events) : MembershipDecision;

    /// <summary>It is so already.</summary>
    public sealed record Ignored(string Reason) : MembershipDecision;

    /// <summary>No, for a reason, and a sentence for whoever asked.</summary>
    public sealed record Rejected(MembershipRejection Reason, string Message) : MembershipDecision;
}

/// <summary>Why not.</summary>
public enum MembershipRejection
{
    KeyExists,
    UnknownKey,
    WrongSecret,
    KeyRevoked,
    KeyExpired,
    KeyUsed,
    IdentityRevoked,
    NameTaken,
    UnknownNode,
}
