using Dpu.Domain.Users;

namespace Dpu.Actors.Users;

/// <summary>Who users are: what is committed, to be asked from any thread.</summary>
public interface IUserDirectory
{
    /// <summary>Who shows a token, whatever it was carried by.</summary>
    /// <param name="token"><c>dpu-user:ID:SECRET</c>.</param>
    Shown Authenticate(string token);

    /// <summary>Somebody by his name; null when nobody has it.</summary>
    KnownUser? Find(string name);

    /// <summary>When a token was last shown since the service started; null for never.</summary>
    DateTimeOffset? LastShown(string tokenId);
}

/// <summary>What a token turned out to be.</summary>
public abstract record Shown
{
    private Shown()
    {
    }

    /// <summary>A user's.</summary>
    /// <param name="Caller">Who he is now.</param>
    /// <param name="Context">Where what he makes goes unless he says otherwise.</param>
    /// <param name="TokenId">By which token.</param>
    /// <param name="ExpiresAt">Until when it is good.</param>
    /// <param name="Ended">
    /// Cancelled when he is no longer to be believed to be who <paramref name="Caller"/> says: disabled, the token revoked, or his rights other ones. That a token expires is not told.
    /// </param>
    public sealed record User(Caller Caller, WorkContext Context, string TokenId, DateTimeOffset ExpiresAt, CancellationToken Ended) : Shown;

    /// <summary>It was one, and its owner may learn why it is none any more.</summary>
    public sealed record NoMore(string Name, string TokenId, TokenFlaw Flaw, DateTimeOffset Since) : Shown;

    /// <summary>Nobody's.</summary>
    public sealed record Nobody : Shown;
}

/// <summary>Why a token whose secret is right is of no use.</summary>
public enum TokenFlaw
{
    Expired,
    Revoked,
    UserDisabled,
}
