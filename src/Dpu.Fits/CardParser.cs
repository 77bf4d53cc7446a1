using System.Text;

namespace Dpu.Fits;

/// <summary>
/// Reads 80-byte records into cards. Lenient where files in archives are (free format, missing blanks, bytes outside ASCII become
/// '?'), strict where guessing would change a value.
/// </summary>
internal static class CardParser
{
    /// <summary>Reads one record into the list; a CONTINUE lengthens the string before it.</summary>
    public static void Parse(ReadOnlySpan<byte> record, List<FitsCard> cards, Func<string> place)
    {
        var text = ToText(record);
        if (text.StartsWith("CONTINUE", StringComparison.Ordinal) && text.AsSpan(8, 2).Trim(' ').IsEmpty && Continue(text, cards))
        {
            return;
        }
        var card = text.StartsWith("HIERARCH ", StringComparison.Ordinal) ? ParseHierarch(text, place)
            : text[8] == '=' && text[9] == ' ' && !IsCommentaryKey(text) ? ParseValue(text[..8].TrimEnd(), text[10..], place)
            : new FitsCard(text[..8].TrimEnd(), FitsValue.None, text[8..].TrimEnd());
        cards.Add(card);
    }

    private static string ToText(ReadOnlySpan<byte> record) => string.Create(record.Length, record, static (chars, bytes) =>
    {
        for (var i = 0; i < chars.Length; i++)
        {
            chars[i] = bytes[i] is >= 0x20 and <= 0x7e ? (char)bytes[i] : '?';
        }
    });

    private static bool IsCommentaryKey(string text) =>
        text.StartsWith("COMMENT ", StringComparison.Ordinal) || text.StartsWith("HISTORY ", StringComparison.Ordinal) || text.StartsWith("        ", StringComparison.Ordinal);

    /// <summary>The string before must end with an ampersand, else the record is a comment (section 4.2.1.2).</summary>
    private static bool Continue(string text, List<FitsCard> cards)
    {
        if (cards.Count == 0 || cards[^1] is not { Value.Kind: FitsValueKind.Text } last || !last.Value.Text.EndsWith('&'))
        {
            return false;
        }
        var field = text[10..].TrimStart(' ');
        if (!TryReadQuoted(field, out var more, out var rest))
        {
            return false;
        }
        var comment = CommentOf(rest);
        cards[^1] = last with
        {
            Value = FitsValue.Of(last.Value.Text[..^1] + more),
            Comment = comment.Length == 0 ? last.Comment : last.Comment.Length == 0 ? comment : last.Comment + " " + comment,
        };
        return true;
    }

    private static FitsCard ParseHierarch(string text, Func<string> place)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? new FitsCard("HIERARCH", FitsValue.None, text[8..].Trim())
            : ParseValue(text[9..equals].Trim(), text[(equals + 1)..], place);
    }

    private static FitsCard ParseValue(string key, string field, Func<string> place)
    {
        key = key.ToUpperInvariant();
        var trimmed = field.TrimStart(' ');
        if (trimmed.StartsWith('\''))
        {
            return TryReadQuoted(trimmed, out var value, out var rest)
                ? new FitsCard(key, FitsValue.Of(value), CommentOf(rest))
                : throw new FitsException($"{place()}: the string of {key} has no closing quote.");
        }
        var slash = trimmed.IndexOf('/', StringComparison.Ordinal);
        var unquoted = (slash < 0 ? trimmed : trimmed[..slash]).Trim();
        var parsed = FitsValue.ParseUnquoted(unquoted)
            ?? throw new FitsException($"{place()}: the value of {key} is '{unquoted}', neither a quoted string nor a number nor T or F.");
        return new FitsCard(key, parsed, slash < 0 ? "" : CommentOf(trimmed[slash..]));
    }

    /// <summary>Reads 'text' with doubled quotes; trailing blanks carry no meaning and go.</summary>
    private static bool TryReadQuoted(string field, out string value, out string rest)
    {
        var text = new StringBuilder(field.Length);
        for (var i = 1; field.StartsWith('\'') && i < field.Length; i++)
        {
            if (field[i] != '\'')
            {
                text.Append(field[i]);
            }
            else if (i + 1 < field.Length && field[i + 1] == '\'')
            {
                text.Append('\'');
                i++;
            }
            else
            {
                value = text.ToString().TrimEnd(' ');
                rest = field[(i + 1)..];
                return true;
            }
        }
        value = rest = "";
        return false;
    }

    private static string CommentOf(string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : rest[(slash + 1)..].Trim(' ');
    }
}
