using System.Security.Cryptography;
using System.Text;

namespace Dpu.Client.Trust;

/// <summary>Secrets of this system's own making: 32 random bytes as 64 hexadecimal letters. With so much chance in them, one SHA-256 hides them for good.</summary>
internal static class SecretText
{
    private const int SecretBytes = 32;

    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    public static bool IsOne(string text) => text.Length == 2 * SecretBytes && text.All(char.IsAsciiHexDigitLower);

    /// <summary>SHA-256 of the secret's letters, in hexadecimal.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
