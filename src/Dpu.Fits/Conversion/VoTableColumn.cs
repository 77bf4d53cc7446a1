using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Dpu.Fits.Conversion;

/// <summary>One column of a VOTable: how it is declared, and how a row's bytes are written in it.</summary>
internal sealed partial class VoTableColumn(TableField column, FitsHeader header)
{
    private readonly bool _isScaled = column.Scale != 1 || column.Zero != 0;

    public int Offset => column.Offset;

    public int Length => column.Length;

    // The unsigned conventions: whole numbers that the next wider type holds.
    private bool IsUnsigned => column.Scale == 1 && (column.Code, column.Zero) is ('B', -128) or ('I', 32768) or ('J', 2147483648);

    public void WriteField(XmlWriter xml, string space)
    {
        xml.WriteStartElement("FIELD", space);
        xml.WriteAttributeString("name", VoTable.Clean(column.Name));
        xml.WriteAttributeString("datatype", Datatype());
        var count = column.Code == 'X' ? column.Length : column.Repeat;
        if (column.Code == 'A' || count != 1)
        {
            xml.WriteAttributeString("arraysize", count.ToString(CultureInfo.InvariantCulture));
        }

        if (column.Unit.Trim().Length > 0)
        {
            xml.WriteAttributeString("unit", VoTable.Clean(UnitOf(column.Unit.Trim())));
        }

        if (Meaning() is { Length: > 0 } meaning)
        {
            xml.WriteElementString("DESCRIPTION", space, VoTable.Clean(meaning));
        }

        if (!_isScaled && column.Code is 'B' or 'I' or 'J' or 'K' && header.TryGet(Key("TNULL"), out var missing))
        {
            xml.WriteStartElement("VALUES", space);
            xml.WriteAttributeString("null", VoTable.Clean(missing.Text));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    /// <summary>A cell; values of an array are parted by blanks.</summary>
    public string Text(ReadOnlySpan<byte> bytes)
    {
        if (column.Code == 'A')
        {
            var end = bytes.IndexOf((byte)0);
            return VoTable.Clean(Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]).TrimEnd(' '));
        }

        var width = column.Code == 'X' ? 1 : column.Repeat == 0 ? 1 : column.Length / column.Repeat;
        if (bytes.Length == width)
        {
            return Value(bytes);
        }

        var text = new StringBuilder();
        for (var at = 0; at + width <= bytes.Length; at += width)
        {
            text.Append(at > 0 ? " " : "").Append(Value(bytes.Slice(at, width)));
        }

        return text.ToString();
    }

    /// <summary>A unit of FITS in the syntax of the Virtual Observatory (VOUnits 1.0): no blanks, a dot between factors, two asterisks before powers.</summary>
    internal static string UnitOf(string unit)
    {
        var tight = AroundMarks().Replace(unit, "$1").Replace(' ', '.').Replace("**", "^", StringComparison.Ordinal);
        return Power().Replace(tight, "$1**$2");
    }

    [GeneratedRegex(@"\s*([/.*^()])\s*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AroundMarks();

    [GeneratedRegex(@"([A-Za-z)])\^?\(?([+-]?[0-9]+)\)?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Power();

    private string Datatype() => column.Code switch
    {
        'L' => "boolean",
        'A' => "char",
        'C' => "floatComplex",
        'M' => "doubleComplex",
        'E' when !_isScaled => "float",
        'B' when IsUnsigned => "short",
        'I' when IsUnsigned => "int",
        'J' when IsUnsigned => "long",
        'D' or 'E' => "double",
        'B' or 'I' or 'J' or 'K' when _isScaled => "double",
        'I' => "short",
        'J' => "int",
        'K' => "long",
        _ => "unsignedByte",
    };

    private string Value(ReadOnlySpan<byte> bytes) => column.Code switch
    {
        'L' => bytes[0] switch { (byte)'T' => "T", (byte)'F' => "F", _ => "?" },
        'E' when !_isScaled => Single(bytes),
        'E' => Double(column.Zero + (column.Scale * BinaryPrimitives.ReadSingleBigEndian(bytes))),
        'D' => Double(column.Zero + (column.Scale * BinaryPrimitives.ReadDoubleBigEndian(bytes))),
        'C' => $"{Single(bytes)} {Single(bytes[4..])}",
        'M' => $"{Double(BinaryPrimitives.ReadDoubleBigEndian(bytes))} {Double(BinaryPrimitives.ReadDoubleBigEndian(bytes[8..]))}",
        'B' or 'I' or 'J' or 'K' when IsUnsigned => (Whole(bytes) + (long)column.Zero).ToString(CultureInfo.InvariantCulture),
        'B' or 'I' or 'J' or 'K' when _isScaled => Double(column.Zero + (column.Scale * Whole(bytes))),
        'B' or 'I' or 'J' or 'K' => Whole(bytes).ToString(CultureInfo.InvariantCulture),
        _ => bytes[0].ToString(CultureInfo.InvariantCulture),
    };

    private static string Single(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadSingleBigEndian(bytes) is var value && float.IsFinite(value)
        ? value.ToString("R", CultureInfo.InvariantCulture)
        : Double(value);

    private static string Double(double value) => value switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static long Whole(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadInt16BigEndian(bytes),
        4 => BinaryPrimitives.ReadInt32BigEndian(bytes),
        _ => BinaryPrimitives.ReadInt64BigEndian(bytes),
    };

    private string Meaning() => header.FirstOrDefault(card => card.Key == Key("TTYPE"))?.Comment.Trim() ?? "";

    private string Key(string root) => root + column.Number.ToString(CultureInfo.InvariantCulture);
}
