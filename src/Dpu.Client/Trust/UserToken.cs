using System.Security.Cryptography;

namespace Dpu.Client.Trust;

/// <summary>
/// What a user is known by: <c>dpu-user:ID:SECRET</c>, in a file followed by <c>:CA</c> where the DPU has a certificate authority of its own.
/// It never stands on a command line, in an environment or in a log, so <see cref="ToString"/> does not show it.
/// </summary>
public sealed class UserToken
{
    /// <summary>What <see cref="Parameter"/> begins with.</summary>
    public const string Prefix = "dpu-user";

    /// <summary>What an id begins with, so that it is none of a join key.</summary>
    public const char IdLetter = 'u';

    private const int IdBytes = 4;

    private UserToken(string id, string secret, string? caSha256)
    {
        Id = id;
        Secret = secret;
        CaSha256 = caSha256;
    }

    /// <summary>By which it is listed and revoked: the letter <c>u</c> and 8 hexadecimal ones. No secret.</summary>
    public string Id { get; }

    public string Secret { get; }

    /// <inheritdoc cref="JoinKey.CaSha256"/>
    public string? CaSha256 { get; }

    /// <summary>What a DPU keeps of the secret.</summary>
    public string SecretHash => SecretText.HashOf(Secret);

    /// <summary>The line that stands in a file that is handed over, without its end.</summary>
    public string Line => CaSha256 is null ? Parameter : $"{Parameter}:{CaSha256}";

    /// <summary>What stands behind <c>Authorization: Bearer</c>.</summary>
    public string Parameter => $"{Prefix}:{Id}:{Secret}";

    /// <summary>A fresh one.</summary>
    public static UserToken Create(string? caSha256) =>
        new(IdLetter + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)), SecretText.Create(), caSha256);

    /// <summary>Whether a text can be the id of a token.</summary>
    public static bool IsId(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 1 + (2 * IdBytes) && text[0] == IdLetter && text.Skip(1).All(char.IsAsciiHexDigitLower);
    }

    /// <summary>Reads the line of a token's file. What it says about a wrong one never shows the text itself.</summary>
    /// <exception cref="FormatException">It is no token.</exception>
    public static UserToken Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text.Trim()) ?? throw new FormatException(
            $"this is no token of a user: a token is one line that begins with '{Prefix}:', as 'dpu key create --for user' writes it");
    }

    /// <summary>The same for <c>dpu-user:ID:SECRET[:CA]</c> without anything around it; null when it is none.</summary>
    public static UserToken? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':') is [Prefix, var id, var secret, .. var rest]
            && IsId(id)
            && SecretText.IsOne(secret)
            && (rest is [] || (rest is [var ca] && SecretText.IsOne(ca)))
            ? new UserToken(id, secret, rest is [var pin] ? pin : null)
            : null;
    }

    /// <summary>Reads a token's file, which nobody but its owner may be able to read.</summary>
    /// <exception cref="FormatException">What it holds is no token, or others may read it; the message names the file and what to do.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public static UserToken ReadFile(string path) => SecretFile.Read(path, "token", Parse);

    /// <summary>Says which token it is, and nothing secret.</summary>
    public override string ToString() => $"token {Id}";
}
