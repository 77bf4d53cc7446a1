using System.Globalization;
using Dpu.Actors.Users;
using Dpu.Client.Contracts;
using Dpu.Domain.Users;

namespace Dpu.Service.Http;

/// <summary>Users' tokens as records and sentences of the API.</summary>
internal static class TokenText
{
    public const string For = "user";
    private const int NoteLengthMax = 200;
    private static readonly TimeSpan LifeMax = TimeSpan.FromDays(3650);

    /// <summary>What is wrong with what is asked for a token; null when nothing is.</summary>
    public static string? FlawOf(string? note, double? expiresInSeconds) =>
        note is { Length: > NoteLengthMax } ? $"a note has at most {NoteLengthMax} characters"
        : expiresInSeconds is { } seconds && !(seconds > 0 && seconds <= LifeMax.TotalSeconds) ? $"'expiresInSeconds' is above 0 and at most {LifeMax.TotalSeconds}"
        : null;

    public static DateTimeOffset ExpiryOf(ApiServices services, double? seconds) =>
        services.System.Time.GetUtcNow() + (seconds is { } given ? TimeSpan.FromSeconds(given) : services.Options.Users.TokenExpires);

    public static KeyInfo Info(KnownToken token, ApiServices services)
    {
        var last = services.Users.Directory.LastShown(token.Id);
        return new(
            token.Id,
            For,
            token.RevokedAt is not null ? "revoked" : token.IsUsable(services.System.Time.GetUtcNow()) ? "usable" : "expired",
            Reusable: true,
            token.CreatedAt,
            token.ExpiresAt,
            token.By,
            token.Note.Length == 0 ? null : token.Note,
            last,
            token.User);
    }

    public static string Disabled(string user, DateTimeOffset since) => $"'{user}' is disabled since {UserText.Time(since)}: an operator can let him in again with 'dpu user enable'.";

    /// <summary>Why a token that was one is none any more.</summary>
    public static (string Code, string Detail) Of(Shown.NoMore shown) => shown.Flaw switch
    {
        TokenFlaw.Expired => ("token-expired", $"Token {shown.TokenId} of '{shown.Name}' expired on {UserText.Time(shown.Since)}: log in again."),
        TokenFlaw.Revoked => ("token-revoked", $"Token {shown.TokenId} of '{shown.Name}' was revoked on {UserText.Time(shown.Since)}: log in again."),
        TokenFlaw.UserDisabled => ("user-disabled", Disabled(shown.Name, shown.Since)),
        _ => throw new InvalidOperationException($"A token is never {shown.Flaw}."),
    };

    public static string Duration(TimeSpan wait) => wait < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(wait.TotalSeconds))} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalMinutes)} min");
}
