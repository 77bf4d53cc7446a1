using System.Buffers;
using System.Globalization;
using System.Text;

namespace Dpu.Fits;

/// <summary>Turns cards into 80-character records, in the fixed format of FITS 4.0 section 4.2 where it fits.</summary>
internal static class CardFormat
{
    public const int CardLength = 80;
    public const int CommentaryLength = 72;
    private const int ValueStart = 10;
    private const int FixedNumberEnd = 30;
    private const int FixedStringLength = 8;
    private static readonly SearchValues<char> s_keyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>Appends the record or records of a card: a long string needs several (CONTINUE).</summary>
    public static void Append(StringBuilder header, FitsCard card)
    {
        if (card.IsCommentary)
        {
            AppendRecord(header, card.Key.PadRight(8) + card.Comment);
            return;
        }
        var prefix = Prefix(card.Key);
        if (card.Value.Kind == FitsValueKind.Text)
        {
            AppendText(header, card, prefix);
            return;
        }
        var value = card.Value.Kind == FitsValueKind.None ? "" : card.Value.Text;
        var record = prefix + (prefix.Length == ValueStart ? value.PadLeft(FixedNumberEnd - ValueStart) : value);
        if (record.Length > CardLength)
        {
            throw TooLong(card);
        }
        AppendRecord(header, WithComment(record, card.Comment));
    }

    /// <summary>The text, if a header can hold it: printable ASCII only (section 4.1.2).</summary>
    public static string Checked(string text, string key)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bad = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        return bad < 0 ? text : throw new FitsException(string.Create(CultureInfo.InvariantCulture,
            $"{key}: character {bad + 1} (U+{(int)text[bad]:X4}) cannot stand in a FITS header, which holds printable ASCII only."));
    }

    public static string CheckedKey(string key)
    {
        if (key.Length == 0)
        {
            throw new FitsException("A header keyword cannot be empty.");
        }
        Checked(key, key);
        return key.AsSpan().ContainsAny("='") ? throw new FitsException($"'{key}' cannot be a header keyword: it holds '=' or a quote.") : key;
    }

    private static bool IsStandardKey(string key) => key.Length <= 8 && !key.AsSpan().ContainsAnyExcept(s_keyCharacters);

    private static string Prefix(string key) => IsStandardKey(key) ? key.PadRight(8) + "= " : "HIERARCH " + key + " = ";

    private static void AppendText(StringBuilder header, FitsCard card, string prefix)
    {
        var escaped = card.Value.Text.TrimEnd(' ').Replace("'", "''", StringComparison.Ordinal);
        // The null string '' stays without blanks: with blanks it would be another value (section 4.2.1.1).
        var quoted = "'" + (prefix.Length == ValueStart && escaped.Length > 0 ? escaped.PadRight(FixedStringLength) : escaped) + "'";
        if (prefix.Length + quoted.Length <= CardLength)
        {
            var padded = prefix.Length == ValueStart ? quoted.PadRight(FixedNumberEnd - ValueStart) : quoted;
            AppendRecord(header, WithComment(prefix + padded, card.Comment));
            return;
        }
        if (prefix.Length != ValueStart)
        {
            throw TooLong(card);
        }
        AppendContinued(header, prefix, escaped, card.Comment);
    }

    private static void AppendContinued(StringBuilder header, string prefix, string escaped, string comment)
    {
        const int Room = CardLength - ValueStart - 3; // two quotes and the ampersand
        var at = 0;
        while (at < escaped.Length)
        {
            var take = Math.Min(Room, escaped.Length - at);
            // A doubled quote must not be cut into two strings.
            if (at + take < escaped.Length && QuotesBefore(escaped, at, at + take) % 2 == 1)
            {
                take--;
            }
            var last = at + take == escaped.Length;
            var record = string.Concat(prefix, "'", escaped.AsSpan(at, take), last ? "'" : "&'");
            AppendRecord(header, last ? WithComment(record, comment) : record);
            prefix = "CONTINUE  ";
            at += take;
        }
    }

    private static int QuotesBefore(string text, int start, int end)
    {
        var count = 0;
        while (end > start && text[end - 1] == '\'')
        {
            count++;
            end--;
        }
        return count;
    }

    private static string WithComment(string record, string comment) =>
        comment.Length == 0 || record.Length + 3 >= CardLength
            ? record
            : record + " / " + comment[..Math.Min(comment.Length, CardLength - record.Length - 3)];

    private static void AppendRecord(StringBuilder header, string record) =>
        header.Append(record.Length > CardLength ? record[..CardLength] : record.PadRight(CardLength));

    private static FitsException TooLong(FitsCard card) => new(string.Create(CultureInfo.InvariantCulture,
        $"{card.Key}: keyword and value do not fit into the 80 characters of a card."));
}
