using System.Globalization;
using System.Text;

namespace Dpu.Hocon;

/// <summary>Writes resolved values as JSON. A number keeps the digits it was written with.</summary>
public static class HoconJson
{
    /// <summary>The value as JSON, on one line or indented by two spaces.</summary>
    public static string ToJson(HoconValue value, bool indented = false)
    {
        var text = new StringBuilder();
        Write(text, value, indented, 0);
        return text.ToString();
    }

    /// <summary>A JSON string literal.</summary>
    internal static string Quote(string value)
    {
        var text = new StringBuilder();
        WriteText(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, HoconValue value, bool indented, int level)
    {
        switch (value)
        {
            case HoconObject { Count: 0 }:
                text.Append("{}");
                break;
            case HoconArray { Count: 0 }:
                text.Append("[]");
                break;
            case HoconObject o:
                WriteObject(text, o, indented, level);
                break;
            case HoconArray a:
                WriteArray(text, a, indented, level);
                break;
            case HoconScalar { Kind: HoconScalarKind.Text } s:
                WriteText(text, s.Text);
                break;
            case HoconScalar s:
                text.Append(s.Text);
                break;
        }
    }

    private static void WriteObject(StringBuilder text, HoconObject value, bool indented, int level)
    {
        char before = '{';
        foreach (HoconField field in value.Fields)
        {
            text.Append(before);
            NewLine(text, indented, level + 1);
            WriteText(text, field.Key);
            text.Append(indented ? ": " : ":");
            Write(text, field.Value, indented, level + 1);
            before = ',';
        }

        NewLine(text, indented, level);
        text.Append('}');
    }

    private static void WriteArray(StringBuilder text, HoconArray value, bool indented, int level)
    {
        char before = '[';
        foreach (HoconValue item in value.Items)
        {
            text.Append(before);
            NewLine(text, indented, level + 1);
            Write(text, item, indented, level + 1);
            before = ',';
        }

        NewLine(text, indented, level);
        text.Append(']');
    }

    private static void NewLine(StringBuilder text, bool indented, int level)
    {
        if (indented)
        {
            text.Append('\n').Append(' ', 2 * level);
        }
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        for (int i = 0; i < value.Length; i++)
        {
            WriteCharacter(text, value, i);
        }

        text.Append('"');
    }

    private static void WriteCharacter(StringBuilder text, string value, int index)
    {
        char c = value[index];
        switch (c)
        {
            case '"' or '\\':
                text.Append('\\').Append(c);
                break;
            case '\n':
                text.Append("\\n");
                break;
            case '\r':
                text.Append("\\r");
                break;
            case '\t':
                text.Append("\\t");
                break;
            default:
                // Half a surrogate pair cannot be encoded in UTF-8: escaped, it survives.
                bool escaped = char.IsControl(c) || c is '\u2028' or '\u2029' || (char.IsSurrogate(c) && !IsInPair(value, index));
                text.Append(escaped ? "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture) : c.ToString());
                break;
        }
    }

    private static bool IsInPair(string value, int index) =>
        (index + 1 < value.Length && char.IsSurrogatePair(value[index], value[index + 1]))
        || (index > 0 && char.IsSurrogatePair(value[index - 1], value[index]));
}
