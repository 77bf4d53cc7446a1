namespace Dpu.Client.Http;

/// <summary>The header <c>Repr-Digest</c> (RFC 9530): the checksum of the whole of what is sent, also where a part is.</summary>
internal static class ReprDigest
{
    private const string Name = "Repr-Digest";
    private const string Algorithm = "sha-256=:";

    /// <summary>SHA-256 in 64 hexadecimal letters; null when the answer does not tell it.</summary>
    public static string? Sha256Of(HttpResponseMessage answer)
    {
        var bytes = new byte[32];
        return answer.Headers.TryGetValues(Name, out var values) && values.FirstOrDefault() is { } digest
            && digest.StartsWith(Algorithm, StringComparison.Ordinal) && digest.EndsWith(':')
            && Convert.TryFromBase64String(digest[Algorithm.Length..^1], bytes, out var length) && length == bytes.Length
                ? Convert.ToHexStringLower(bytes)
                : null;
    }
}
