using System.Globalization;
using System.Text;

namespace Dpu.Domain.Shipping;

/// <summary>Which names files of an archive may have: those that mean the same place, inside the tree, on every file system.</summary>
public static class ArchiveNames
{
    /// <summary>Of a whole path, in UTF-8: with what stands before it, well below what Linux takes.</summary>
    public const int PathBytesMax = 1024;

    private const int PartBytesMax = 255;
    private const int DepthMax = 40;
    private const int ShownMax = 120;

    /// <summary>
    /// Characters that are another way to write one other character. Without them, and without marks that combine, no two names are alike to a file system that
    /// normalises names. Where globalisation is invariant the framework normalises nothing, so this table does.
    /// </summary>
    private static readonly (int First, int Last)[] OtherWays =
    [
        (0x340, 0x341), (0x343, 0x343), (0x374, 0x374), (0x37E, 0x37E), (0x387, 0x387), (0x1100, 0x11FF), (0x1F71, 0x1F71), (0x1F73, 0x1F73), (0x1F75, 0x1F75),
        (0x1F77, 0x1F77), (0x1F79, 0x1F79), (0x1F7B, 0x1F7B), (0x1F7D, 0x1F7D), (0x1FBB, 0x1FBB), (0x1FBE, 0x1FBE), (0x1FC9, 0x1FC9), (0x1FCB, 0x1FCB),
        (0x1FD3, 0x1FD3), (0x1FDB, 0x1FDB), (0x1FE3, 0x1FE3), (0x1FEB, 0x1FEB), (0x1FEE, 0x1FEF), (0x1FF9, 0x1FF9), (0x1FFB, 0x1FFB), (0x1FFD, 0x1FFD),
        (0x2000, 0x2001), (0x2126, 0x2126), (0x212A, 0x212B), (0x2329, 0x232A), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
    ];

    /// <summary>What is wrong with a name, as the rest of a sentence that begins with it; null when it is right.</summary>
    public static string? FlawOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var path = name.EndsWith('/') ? name[..^1] : name;
        if (path.Length == 0)
        {
            return name.Length == 0 ? "has no name" : "begins at the root of the file system";
        }

        if (path.EnumerateRunes().Select(FlawOf).FirstOrDefault(flaw => flaw is not null) is { } wrong)
        {
            return wrong;
        }

        if (path[0] == '/')
        {
            return "begins at the root of the file system";
        }

        if (path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0]))
        {
            return "begins with the name of a drive";
        }

        var parts = path.Split('/');
        return parts.Contains("..") ? "leads out of its folder"
            : parts.Any(static part => part is "" or ".") ? "has an empty part, or one that is a dot"
            : parts.Length > DepthMax ? string.Create(CultureInfo.InvariantCulture, $"lies {parts.Length} folders deep; {DepthMax} are the most")
            : Encoding.UTF8.GetByteCount(path) > PathBytesMax ? string.Create(CultureInfo.InvariantCulture, $"has a path of more than {PathBytesMax} bytes")
            : parts.Any(static part => Encoding.UTF8.GetByteCount(part) > PartBytesMax) ? string.Create(CultureInfo.InvariantCulture, $"has a part of more than {PartBytesMax} bytes")
            : null;
    }

    /// <summary>A name as a sentence can hold it, whatever it is made of.</summary>
    public static string Shown(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var shown = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            if (shown.Length >= ShownMax)
            {
                return shown.Append('…').ToString();
            }

            _ = IsInvisible(rune) ? shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}") : shown.Append(rune.ToString());
        }

        return shown.ToString();
    }

    /// <summary>What two names have in common that a file system may take for one: it does not tell upper from lower case.</summary>
    internal static string Folded(string path) => path.ToUpperInvariant().ToLowerInvariant();

    private static string? FlawOf(Rune rune) => rune switch
    {
        { Value: '\\' } => "has a backslash, which separates folders elsewhere",
        { Value: 0xFFFD } => "is not UTF-8",
        _ when IsInvisible(rune) => "has a character that cannot be seen",
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            || OtherWays.Any(range => rune.Value >= range.First && rune.Value <= range.Last) =>
            "has a character that can be written in two ways: use the composed one (NFC) without marks that combine",
        _ => null,
    };

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
