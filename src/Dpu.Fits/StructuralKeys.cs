namespace Dpu.Fits;

/// <summary>Keywords that describe how data is stored: the writer sets them, copies of other headers must not.</summary>
internal static class StructuralKeys
{
    private static readonly HashSet<string> s_fixed = new(StringComparer.Ordinal)
    {
        "SIMPLE", "XTENSION", "BITPIX", "NAXIS", "EXTEND", "PCOUNT", "GCOUNT", "GROUPS", "BSCALE", "BZERO", "BLANK", "TFIELDS", "THEAP",
        "CHECKSUM", "DATASUM", "END", "CONTINUE",
    };

    private static readonly string[] s_indexed = ["NAXIS", "TFORM", "TTYPE", "TUNIT", "TSCAL", "TZERO", "TNULL", "TDIM", "TDISP"];

    public static bool Is(string key) => s_fixed.Contains(key) || Array.Exists(s_indexed, root => IsIndexed(key, root));

    private static bool IsIndexed(string key, string root) =>
        key.Length > root.Length && key.StartsWith(root, StringComparison.Ordinal) && !key.AsSpan(root.Length).ContainsAnyExceptInRange('0', '9');
}
