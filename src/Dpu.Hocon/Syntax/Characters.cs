using System.Globalization;

namespace Dpu.Hocon.Syntax;

/// <summary>The specification's classes of characters.</summary>
internal static class Characters
{
    /// <summary>Characters that an unquoted string cannot contain, besides whitespace and the start of a comment.</summary>
    public static bool IsReserved(char c) =>
        c is '$' or '"' or '{' or '}' or '[' or ']' or ':' or '=' or ',' or '+' or '#' or '`' or '^' or '?' or '!' or '@' or '*' or '&' or '\\';

    /// <summary>Whitespace as the specification lists it: wider than ASCII, and with the byte order mark.</summary>
    public static bool IsWhitespace(char c)
    {
        if (c < 0x80)
        {
            return c is ' ' or (>= '\t' and <= '\r') or (>= '\u001c' and <= '\u001f');
        }

        return c == '\ufeff' || char.GetUnicodeCategory(c)
            is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }
}
