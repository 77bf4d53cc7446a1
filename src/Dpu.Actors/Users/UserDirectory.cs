using System.Security.Cryptography;
using System.Text;
using Dpu.Domain.Users;

namespace Dpu.Actors.Users;

/// <summary>What the <see cref="UsersActor"/> published last, for every thread.</summary>
/// <param name="time">By which tokens expire.</param>
public sealed class UserDirectory(TimeProvider time) : IUserDirectory
{
    private const string Prefix = "dpu-user:";
    private const int TokenLengthMax = 200;

    private static readonly byte[] NobodysHash = new byte[SHA256.HashSizeInBytes];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private volatile UserState _state = UserState.Empty;

    public KnownUser? Find(string name) => _state.Users.GetValueOrDefault(name);

    public DateTimeOffset? LastShown(string tokenId)
    {
        lock (_gate)
        {
            return _entries.GetValueOrDefault(tokenId)?.LastShown;
        }
    }

    public Shown Authenticate(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length > TokenLengthMax || token.Split(':') is not [_, var id, var secret] || !token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return new Shown.Nobody();
        }

        // Compared in the same time whether there is such a token or not.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        lock (_gate)
        {
            var known = _state.Tokens.GetValueOrDefault(id);
            return CryptographicOperations.FixedTimeEquals(hash, known is null ? NobodysHash : Convert.FromHexString(known.SecretHash)) && known is not null
                ? Judge(known, _state.Users[known.User])
                : new Shown.Nobody();
        }
    }

    /// <summary>Takes over what was committed; requests of those who are no longer who they were are ended after nobody is let in as them any more.</summary>
    public void Publish(UserState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var ended = new List<Entry>();
        lock (_gate)
        {
            _state = state;
            foreach (var (id, entry) in _entries.ToList())
            {
                if (!state.Tokens.TryGetValue(id, out var token) || token.RevokedAt is not null || !entry.Holds(state.Users[token.User]))
                {
                    _entries.Remove(id);
                    ended.Add(entry);
                }
            }
        }

        ended.ForEach(entry => entry.End());
    }

    private Shown Judge(KnownToken token, KnownUser user)
    {
        var now = time.GetUtcNow();
        if (user.DisabledAt is { } disabled)
        {
            return new Shown.NoMore(user.Name, token.Id, TokenFlaw.UserDisabled, disabled);
        }

        if (!token.IsUsable(now))
        {
            return new Shown.NoMore(user.Name, token.Id, token.RevokedAt is null ? TokenFlaw.Expired : TokenFlaw.Revoked, token.EndsAt);
        }

        if (!_entries.TryGetValue(token.Id, out var entry))
        {
            _entries.Add(token.Id, entry = new Entry(user, token));
        }

        entry.LastShown = now;
        return entry.Shown;
    }

    /// <summary>A token that was shown. Never disposed: requests hold its cancellation for as long as they like.</summary>
    private sealed class Entry
    {
        private readonly Action _end;

        public Entry(KnownUser user, KnownToken token)
        {
            var ended = new CancellationTokenSource();
            _end = ended.Cancel;
            Shown = new Shown.User(user.AsCaller(), user.Context, token.Id, token.ExpiresAt, ended.Token);
        }

        public Shown.User Shown { get; }

        public DateTimeOffset LastShown { get; set; }

        /// <summary>Whether what requests were told of him is still so.</summary>
        public bool Holds(KnownUser user) => user.DisabledAt is null && user.Type == Shown.Caller.Type && user.Context == Shown.Context && user.AsCaller().Projects.SetEquals(Shown.Caller.Projects);

        public void End() => _end();
    }
}
