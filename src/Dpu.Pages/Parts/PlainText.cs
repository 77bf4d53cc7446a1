using System.Text;

namespace Dpu.Pages.Parts;

/// <summary>Text of a program's output, with what would not be seen, or would turn the rest around, made visible.</summary>
internal static class PlainText
{
    private const int LengthMax = 4000;

    public static string Of(string text)
    {
        var cut = text.Length <= LengthMax ? text : text[..LengthMax] + "…";
        if (!cut.Any(IsHidden))
        {
            return cut;
        }

        var plain = new StringBuilder(cut.Length);
        foreach (var letter in cut)
        {
            plain.Append(Shown(letter));
        }

        return plain.ToString();
    }

    /// <summary>Pictures of control characters have the same order as these.</summary>
    private static char Shown(char letter) => letter switch
    {
        '\t' => letter,
        < ' ' => (char)('\u2400' + letter),
        '\u007f' => '\u2421',
        _ when IsHidden(letter) => '\ufffd',
        _ => letter,
    };

    private static bool IsHidden(char letter) =>
        letter is (< ' ' and not '\t') or (>= '\u007f' and < '\u00a0') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f' or '\u061c' or '\u2028' or '\u2029';
}
