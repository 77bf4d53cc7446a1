using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Dpu.Hocon;

namespace Dpu.Domain.Membership;

/// <summary>Every decision about who belongs to the DPU, as a pure function of what is known.</summary>
/// <remarks>
/// <code>
/// key:       usable ──► used (a one-time key, by its first node)      identity:  joined ──► revoked ──► joined anew (another key, the name free)
///            usable ──► expired                                                  joined ──► left, and forgotten
///            any    ──► revoked                                                  joined ──► replaced by another node of the name, once that is free
/// </code>
/// </remarks>
public static class MembershipDecider
{
    /// <summary>What <paramref name="command"/> leads to in <paramref name="state"/>.</summary>
    public static MembershipDecision Decide(MembershipState state, MembershipCommand command, DateTimeOffset now) => command switch
    {
        MembershipCommand.CreateKey create => Create(state, create, now),
        MembershipCommand.RevokeKey revoke => Revoke(state, revoke, now),
        MembershipCommand.RevokeIdentity revoke => Revoke(state, revoke, now),
        MembershipCommand.Join join => Join(state, join, now),
        MembershipCommand.Drain drain => state.Drained.Contains(drain.Node)
            ? new MembershipDecision.Ignored("it is drained already")
            : Happen(new MembershipEvent.NodeDrained(drain.Node, drain.By, now)),
        MembershipCommand.Resume resume => state.Drained.Contains(resume.Node)
            ? Happen(new MembershipEvent.NodeResumed(resume.Node, resume.By, now))
            : new MembershipDecision.Ignored("it is not drained"),
        MembershipCommand.Describe describe => Describe(state, describe, now),
        MembershipCommand.Leave leave => state.Identities.ContainsKey(leave.Node) || state.Drained.Contains(leave.Node)
            ? Happen(new MembershipEvent.NodeLeft(leave.Node, now))
            : new MembershipDecision.Ignored("nothing is known of it"),
        _ => throw new InvalidOperationException($"Membership knows no command {command.GetType().Name}."),
    };

    /// <summary>Only what has changed is written down: a node says it with each link.</summary>
    private static MembershipDecision Describe(MembershipState state, MembershipCommand.Describe describe, DateTimeOffset now) =>
        !state.Identities.ContainsKey(describe.Node) ? new MembershipDecision.Ignored("it has not joined")
        : state.Shapes.TryGetValue(describe.Node, out var known) && known.Capacity == describe.Capacity && known.Tags.SequenceEqual(describe.Tags, StringComparer.Ordinal)
            ? new MembershipDecision.Ignored("it said so before")
        : Happen(new MembershipEvent.NodeDescribed(describe.Node, describe.Capacity, describe.Tags, now));

    private static MembershipDecision.Accepted Happen(MembershipEvent @event) => new([@event]);

    private static MembershipDecision Create(MembershipState state, MembershipCommand.CreateKey create, DateTimeOffset now) =>
        state.Keys.TryGetValue(create.Id, out var known) ? known.SecretHash == create.SecretHash
            ? new MembershipDecision.Ignored("it was made before")
            : new MembershipDecision.Rejected(MembershipRejection.KeyExists, $"There is a key {create.Id} already. Ask again.")
        : Happen(new MembershipEvent.KeyCreated(create.Id, create.SecretHash, create.Reusable, create.ExpiresAt, create.By, create.Note, now));

    private static MembershipDecision Revoke(MembershipState state, MembershipCommand.RevokeKey revoke, DateTimeOffset now) =>
        !state.Keys.TryGetValue(revoke.Id, out var key) ? new MembershipDecision.Rejected(MembershipRejection.UnknownKey, $"There is no key '{revoke.Id}'.{Nearest(revoke.Id, state.Keys.Keys)}")
        : key.RevokedAt is not null ? new MembershipDecision.Ignored("it was revoked before")
        : Happen(new MembershipEvent.KeyRevoked(revoke.Id, revoke.By, now));

    private static MembershipDecision Revoke(MembershipState state, MembershipCommand.RevokeIdentity revoke, DateTimeOffset now) =>
        !state.Identities.TryGetValue(revoke.Node, out var identity) ? new MembershipDecision.Rejected(MembershipRejection.UnknownNode, $"No node '{revoke.Node}' has joined with a key.{Nearest(revoke.Node, state.Identities.Keys)}")
        : identity.RevokedAt is not null ? new MembershipDecision.Ignored("it was revoked before")
        : Happen(new MembershipEvent.IdentityRevoked(revoke.Node, revoke.By, now));

    private static MembershipDecision Join(MembershipState state, MembershipCommand.Join join, DateTimeOffset now)
    {
        if (!state.Keys.TryGetValue(join.KeyId, out var key))
        {
            return No(MembershipRejection.UnknownKey, $"This DPU has made no key {join.KeyId}.");
        }

        if (!Same(key.SecretHash, join.SecretHash))
        {
            return No(MembershipRejection.WrongSecret, $"The secret of key {key.Id} is another one.");
        }

        // The answer to the first try may have been lost, and a one-time key with it: what became of it is told again, whatever the key is good for by now.
        var holder = state.Identities.GetValueOrDefault(join.Node);
        if (holder is not null && holder.KeyId == key.Id && Same(holder.Hash, join.IdentityHash))
        {
            return holder.RevokedAt is null
                ? new MembershipDecision.Ignored("it has joined")
                : No(MembershipRejection.IdentityRevoked, $"The identity of node '{join.Node}' was revoked on {Time(holder.RevokedAt.Value)}.");
        }

        return WhyUnusable(key, now) ?? WhyTaken(holder, join, now) ?? Happen(new MembershipEvent.NodeJoined(join.Node, key.Id, join.IdentityHash, now));
    }

    private static MembershipDecision? WhyUnusable(KnownKey key, DateTimeOffset now) => key.StateAt(now) switch
    {
        KeyState.Usable => null,
        KeyState.Revoked => No(MembershipRejection.KeyRevoked, $"Key {key.Id} was revoked on {Time(key.RevokedAt!.Value)}."),
        KeyState.Expired => No(MembershipRejection.KeyExpired, $"Key {key.Id} expired on {Time(key.ExpiresAt)}."),
        KeyState.Used => No(MembershipRejection.KeyUsed, $"Key {key.Id} lets one node in, and '{key.LastUse!.Node}' joined with it on {Time(key.LastUse.At)}."),
        _ => throw new InvalidOperationException($"A key is never {key.StateAt(now)}."),
    };

    private static MembershipDecision? WhyTaken(KnownIdentity? holder, MembershipCommand.Join join, DateTimeOffset now)
    {
        var comesStill = holder is { RevokedAt: null } && now < holder.JoinedAt + join.Patience;
        return join.NameIsFree && !comesStill
            ? null
            : No(MembershipRejection.NameTaken, $"There is a node '{join.Node}', and it is not gone: choose another name, or wait until it has been silent for longer than dpu.cluster.node-timeout.");
    }

    private static MembershipDecision.Rejected No(MembershipRejection reason, string message) => new(reason, message);

    /// <summary>In constant time: how far two hashes agree is nobody's business.</summary>
    private static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(one.AsSpan()), MemoryMarshal.AsBytes(other.AsSpan()));

    private static string Nearest(string asked, IEnumerable<string> known) => NearestName.Find(asked, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
