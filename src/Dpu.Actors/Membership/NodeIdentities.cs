using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Dpu.Domain.Membership;

namespace Dpu.Actors.Membership;

/// <summary>What the <see cref="MembershipActor"/> published last, for every thread. One writer, any number of readers.</summary>
public sealed class NodeIdentities : INodeIdentities
{
    private const string Scheme = "Bearer ";
    private const string Prefix = "dpu-node:";

    private static readonly byte[] NobodysHash = new byte[SHA256.HashSizeInBytes];

    private volatile Known _known = new(FrozenDictionary<string, Entry>.Empty, []);

    public IReadOnlyCollection<string> Drained => _known.Drained;

    public bool IsDrained(string node) => _known.Drained.Contains(node);

    public NodeIdentity? Authenticate(string? authorizationHeader)
    {
        if (authorizationHeader is null
            || !authorizationHeader.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !authorizationHeader.AsSpan(Scheme.Length).StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = authorizationHeader.AsSpan(Scheme.Length + Prefix.Length);
        var colon = rest.IndexOf(':');
        if (colon < 0)
        {
            return null;
        }

        // Compared in the same time whether there is such a node or not.
        var entry = _known.Entries.GetValueOrDefault(rest[..colon].ToString());
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(rest[(colon + 1)..].ToString()));
        return CryptographicOperations.FixedTimeEquals(hash, entry?.Hash ?? NobodysHash) ? entry?.Identity : null;
    }

    /// <summary>Takes over what was committed; who is no longer to be believed is told so (<see cref="NodeIdentity.Revoked"/>) after nobody is let in as them any more.</summary>
    public void Publish(MembershipState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var before = _known.Entries;
        var now = state.Identities.Values
            .Where(identity => identity.RevokedAt is null)
            .Select(identity => before.GetValueOrDefault(identity.Node) is { } old && old.Is(identity) ? old : new Entry(identity))
            .ToFrozenDictionary(entry => entry.Identity.Name, StringComparer.Ordinal);
        _known = new Known(now, state.Drained);
        foreach (var old in before.Values.Where(old => now.GetValueOrDefault(old.Identity.Name) != old))
        {
            old.Revoke();
        }
    }

    private sealed record Known(FrozenDictionary<string, Entry> Entries, ImmutableSortedSet<string> Drained);

    /// <summary>Never disposed: links hold its token for as long as they like.</summary>
    private sealed class Entry
    {
        private readonly Action _revoke;
        private readonly KnownIdentity _known;

        public Entry(KnownIdentity known)
        {
            var revoked = new CancellationTokenSource();
            _revoke = revoked.Cancel;
            _known = known;
            Hash = Convert.FromHexString(known.Hash);
            Identity = new NodeIdentity(known.Node, revoked.Token);
        }

        public byte[] Hash { get; }

        public NodeIdentity Identity { get; }

        public bool Is(KnownIdentity other) => _known == other;

        public void Revoke() => _revoke();
    }
}
