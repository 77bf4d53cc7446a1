using System.Globalization;

namespace Dpu.Service.Staging;

/// <summary>What node and frontend tell each other about files beside their bytes, and in which words.</summary>
internal static class StagingHeaders
{
    /// <summary>The checksum of a whole file, whichever part of it a request carries (RFC 9530).</summary>
    public const string Digest = "Repr-Digest";

    /// <summary>How much of a file a frontend has, from its beginning on.</summary>
    public const string Received = "Dpu-Received";

    /// <summary>How long all of it is, where no other header says so.</summary>
    public const string Size = "Dpu-Size";

    /// <summary>The attempt is not (or not yet, after a restart) known to be this node's.</summary>
    public const string NotGranted = "not-granted";

    /// <summary>The bytes go on from a place that the frontend has not reached.</summary>
    public const string WrongOffset = "wrong-offset";

    /// <summary>What arrived is not what was declared.</summary>
    public const string WrongDigest = "wrong-digest";

    private const string Algorithm = "sha-256=:";

    public static string DigestOf(string sha256) => $"{Algorithm}{Convert.ToBase64String(Convert.FromHexString(sha256))}:";

    /// <summary>64 hexadecimal letters; null when it is no digest of this kind.</summary>
    public static string? Sha256Of(string? digest)
    {
        var bytes = new byte[32];
        return digest is not null && digest.StartsWith(Algorithm, StringComparison.Ordinal) && digest.EndsWith(':')
            && Convert.TryFromBase64String(digest[Algorithm.Length..^1], bytes, out var written) && written == bytes.Length
                ? Convert.ToHexStringLower(bytes)
                : null;
    }

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
