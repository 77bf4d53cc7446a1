namespace Dpu.Domain.Planning;

/// <summary>
/// Patterns of the catalog's selections: <c>?</c> stands for one character (of Unicode, as in SQL), <c>*</c> for any run of them, everything else for itself.
/// </summary>
public static class Wildcard
{
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('?', '*');

    /// <summary>Whether the whole text fits the pattern, case included. Takes time in proportion to both lengths at worst, never more.</summary>
    public static bool Matches(string pattern, string text)
    {
        var p = 0;
        var t = 0;
        var star = -1;
        var resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && pattern[p] == '?')
            {
                p++;
                t += CharacterLength(text, t);
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                // The last star takes one character more; an earlier one never has to.
                p = star + 1;
                resume += CharacterLength(text, resume);
                t = resume;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).IndexOfAnyExcept('*') < 0;
    }

    private static int CharacterLength(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
}
