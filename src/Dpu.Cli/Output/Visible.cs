using System.Globalization;
using System.Text;

namespace Dpu.Cli.Output;

/// <summary>
/// Makes text harmless for a terminal. A recipe's log or a file's name may hold sequences that move the cursor, change the title,
/// or turn the writing direction; they are shown as <c>\x1b</c> instead of obeyed.
/// </summary>
internal static class Visible
{
    /// <summary>The text on one line: control characters escaped, line ends and tabs too.</summary>
    public static string Text(string text) => Escape(text, keepTabs: false);

    /// <summary>One line of a log: tabs stay.</summary>
    public static string Line(string text) => Escape(text, keepTabs: true);

    private static string Escape(string text, bool keepTabs)
    {
        var first = IndexOfHarmful(text, 0, keepTabs);
        if (first < 0)
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        safe.Append(text, 0, first);
        for (var i = first; i < text.Length; i++)
        {
            if (!IsHarmful(text, i, keepTabs))
            {
                safe.Append(text[i]);
                continue;
            }

            safe.Append(Name(text[i]));
        }

        return safe.ToString();
    }

    private static int IndexOfHarmful(string text, int start, bool keepTabs)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (IsHarmful(text, i, keepTabs))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsHarmful(string text, int index, bool keepTabs) => text[index] switch
    {
        '\t' => !keepTabs,
        // Marks that reorder what stands around them, and line separators.
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f' or '\u2028' or '\u2029' => true,
        var c when char.IsControl(c) => true,
        var c when char.IsHighSurrogate(c) => index + 1 == text.Length || !char.IsLowSurrogate(text[index + 1]),
        var c when char.IsLowSurrogate(c) => index == 0 || !char.IsHighSurrogate(text[index - 1]),
        _ => false,
    };

    private static string Name(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        <= '\xff' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };
}
