using System.Collections.Immutable;

namespace Dpu.Domain.Users;

/// <summary>Somebody who is known.</summary>
/// <param name="Name">His name.</param>
/// <param name="Type">How much he may do.</param>
/// <param name="Projects">What he is a member of, beside <see cref="WorkContext.CommonProject"/>.</param>
/// <param name="Context">Where what he makes goes unless he says otherwise.</param>
/// <param name="PasswordHash">By a slow function; null when he has no password.</param>
/// <param name="AddedAt">Since when he is known.</param>
/// <param name="AddedBy">Who made him known.</param>
/// <param name="DisabledAt">Since when he is not let in; null when he is.</param>
public sealed record KnownUser(
    string Name,
    UserType Type,
    ImmutableSortedSet<string> Projects,
    WorkContext Context,
    string? PasswordHash,
    DateTimeOffset AddedAt,
    string AddedBy,
    DateTimeOffset? DisabledAt)
{
    /// <summary>He, as one who asks.</summary>
    public Caller AsCaller() => new(Name, Type, Projects.Add(WorkContext.CommonProject));

    /// <summary>Without the hash: this text may end in a log.</summary>
    public override string ToString() => $"user {Name}";
}

/// <summary>A token of a user.</summary>
/// <param name="Id">By which it is listed and revoked.</param>
/// <param name="User">Whose.</param>
/// <param name="SecretHash">SHA-256 of its secret.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it is of no use.</param>
/// <param name="ByPassword">Whether it was given for a password (<c>dpu login</c>).</param>
/// <param name="By">Who made it.</param>
/// <param name="Note">For people; empty for none.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
public sealed record KnownToken(
    string Id, string User, string SecretHash, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool ByPassword, string By, string Note, DateTimeOffset? RevokedAt)
{
    /// <summary>From when on it is of no use.</summary>
    public DateTimeOffset EndsAt => RevokedAt is { } revoked && revoked < ExpiresAt ? revoked : ExpiresAt;

    public bool IsUsable(DateTimeOffset now) => now < EndsAt;
}

/// <summary>Who is known: the fold of the <see cref="UserEvent"/>s.</summary>
public sealed record UserState(ImmutableSortedDictionary<string, KnownUser> Users, ImmutableSortedDictionary<string, KnownToken> Tokens)
{
    /// <summary>For so long a token that is of no use any more is remembered, so that whoever shows it learns why.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    public static UserState Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, KnownUser>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, KnownToken>(StringComparer.Ordinal));

    /// <summary>A user's tokens, those that are of no use any more included.</summary>
    public IEnumerable<KnownToken> TokensOf(string user) => Tokens.Values.Where(token => token.User == user);

    /// <summary>The state after one more event.</summary>
    public UserState Apply(UserEvent @event) => @event switch
    {
        UserEvent.Added e => With(new KnownUser(e.Name, e.Type, e.Projects, e.Context, null, e.At, e.By, null)),
        UserEvent.Changed e => With(Users[e.Name] with { Type = e.Type, Projects = e.Projects, Context = e.Context }),
        UserEvent.PasswordSet e => With(Users[e.Name] with { PasswordHash = e.PasswordHash }),
        UserEvent.Disabled e => With(Users[e.Name] with { DisabledAt = e.At }),
        UserEvent.Enabled e => With(Users[e.Name] with { DisabledAt = null }),
        UserEvent.TokenCreated e => this with
        {
            Tokens = Remembered(e.User, e.At).SetItem(e.Id, new KnownToken(e.Id, e.User, e.SecretHash, e.At, e.ExpiresAt, e.ByPassword, e.By, e.Note, null)),
        },
        UserEvent.TokenRevoked e => Tokens.TryGetValue(e.Id, out var token) ? this with { Tokens = Tokens.SetItem(e.Id, token with { RevokedAt = e.At }) } : this,

        // Told for those who read the journal: nothing follows from them.
        UserEvent.Locked or UserEvent.Acted => this,
        _ => throw new InvalidOperationException($"The users know no event {@event.GetType().Name}."),
    };

    private UserState With(KnownUser user) => this with { Users = Users.SetItem(user.Name, user) };

    /// <summary>All tokens but those of a user that have been of no use for long: the state does not grow with each login.</summary>
    private ImmutableSortedDictionary<string, KnownToken> Remembered(string user, DateTimeOffset now) =>
        Tokens.RemoveRange(TokensOf(user).Where(token => token.EndsAt + Memory < now).Select(token => token.Id));
}
