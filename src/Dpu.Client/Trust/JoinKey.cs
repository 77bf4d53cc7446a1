using System.Security.Cryptography;

namespace Dpu.Client.Trust;

/// <summary>
/// What lets a node in for the first time: <c>dpu-key:ID:SECRET</c>, followed by <c>:CA</c> where the DPU has a certificate authority of its own.
/// It is handed over in a file; it never stands on a command line, in an environment or in a log, so <see cref="ToString"/> does not show it.
/// </summary>
public sealed class JoinKey
{
    /// <summary>What <see cref="Parameter"/> begins with.</summary>
    public const string Prefix = "dpu-key";

    private const int IdBytes = 4;

    private JoinKey(string id, string secret, string? caSha256)
    {
        Id = id;
        Secret = secret;
        CaSha256 = caSha256;
    }

    /// <summary>By which it is listed and revoked: 8 hexadecimal letters. No secret.</summary>
    public string Id { get; }

    public string Secret { get; }

    /// <summary>SHA-256 of the public key (DER, SubjectPublicKeyInfo) of the DPU's own authority, in hexadecimal; null where the system's roots answer for the DPU, or where it is reached on loopback.</summary>
    public string? CaSha256 { get; }

    /// <summary>What a DPU keeps of the secret.</summary>
    public string SecretHash => SecretText.HashOf(Secret);

    /// <summary>The line that stands in a key file, without its end.</summary>
    public string Line => CaSha256 is null ? Parameter : $"{Parameter}:{CaSha256}";

    /// <summary>What stands behind <c>Authorization: Bearer</c> when a node joins.</summary>
    public string Parameter => $"{Prefix}:{Id}:{Secret}";

    /// <summary>A fresh one.</summary>
    public static JoinKey Create(string? caSha256) =>
        new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)), SecretText.Create(), caSha256);

    /// <summary>Reads the line of a key file. What it says about a wrong one never shows the text itself.</summary>
    /// <exception cref="FormatException">It is no key.</exception>
    public static JoinKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text.Trim()) ?? throw new FormatException(
            $"this is no join key: a key is one line that begins with '{Prefix}:', as 'dpu key create --for node' writes it");
    }

    /// <summary>The same for <c>dpu-key:ID:SECRET[:CA]</c> without anything around it; null when it is no key.</summary>
    public static JoinKey? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':') is [Prefix, var id, var secret, .. var rest]
            && IsId(id)
            && SecretText.IsOne(secret)
            && (rest is [] || (rest is [var ca] && SecretText.IsOne(ca)))
            ? new JoinKey(id, secret, rest is [var pin] ? pin : null)
            : null;
    }

    /// <summary>Reads a key file, which nobody but its owner may be able to read.</summary>
    /// <exception cref="FormatException">What it holds is no key, or others may read it; the message names the file and what to do.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public static JoinKey ReadFile(string path) => SecretFile.Read(path, "key", Parse);

    /// <summary>Says which key it is, and nothing secret.</summary>
    public override string ToString() => $"join key {Id}";

    private static bool IsId(string text) => text.Length == 2 * IdBytes && text.All(char.IsAsciiHexDigitLower);
}
