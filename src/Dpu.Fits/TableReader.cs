using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Dpu.Fits;

/// <summary>Reads BINTABLE extensions (FITS 4.0, section 7.3).</summary>
internal static class TableReader
{
    public static FitsTable Read(FitsStream stream, FitsHeader header, HduLayout layout)
    {
        var (rowLength, rows) = ShapeOf(header, layout);
        if (layout.DataLength > Array.MaxLength)
        {
            throw new FitsException(string.Create(CultureInfo.InvariantCulture, $"{header.Origin}: the table's {layout.DataLength} bytes are more than can be held."));
        }
        var fields = Fields(header, rowLength);
        stream.EnsureHolds(rowLength * rows, FitsRowReader.DataOf(layout));
        var data = new byte[rowLength * rows];
        stream.ReadExactly(data, FitsRowReader.DataOf(layout));
        // The heap and the fill follow.
        stream.Skip(layout.DataLength - data.Length, layout.PaddedLength - layout.DataLength, FitsRowReader.DataOf(layout));
        var columns = fields.ConvertAll(f => Column(f, data, (int)rowLength, (int)rows));
        return new FitsTable(columns, header);
    }

    /// <summary>Bytes of a row, and how many rows there are.</summary>
    public static (long RowLength, long Rows) ShapeOf(FitsHeader header, HduLayout layout) => layout.BitPix == 8 && layout.Axes.Count == 2
        ? (layout.Axes[0], layout.Axes[1])
        : throw new FitsException($"{header.Origin}: a binary table needs BITPIX 8 and two axes.");

    /// <summary>The fields of a row in their order.</summary>
    public static List<TableField> Fields(FitsHeader header, long rowLength)
    {
        var count = header.GetInt64("TFIELDS");
        var fields = new List<TableField>();
        var offset = 0;
        for (var i = 1; i <= count; i++)
        {
            var field = ReadField(header, i, offset);
            fields.Add(field);
            offset += field.Length;
        }
        return offset <= rowLength ? fields : throw new FitsException(string.Create(CultureInfo.InvariantCulture,
            $"{header.Origin}: the columns need {offset} bytes a row, NAXIS1 gives {rowLength}."));
    }

    private static TableField ReadField(FitsHeader header, int number, int offset)
    {
        string Key(string root) => root + number.ToString(CultureInfo.InvariantCulture);
        var form = header.GetString(Key("TFORM")).Trim();
        var digits = form.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var repeat = 1;
        if (digits < 0 || (digits > 0 && !int.TryParse(form.AsSpan(0, digits), CultureInfo.InvariantCulture, out repeat)))
        {
            throw BadForm(header, Key("TFORM"), form);
        }
        var code = form[digits];
        var bits = BitsOf(code) ?? throw BadForm(header, Key("TFORM"), form);
        var length = ((long)repeat * bits + 7) / 8;
        return length <= int.MaxValue - offset
            ? new TableField(number, header.GetString(Key("TTYPE"), "col" + number.ToString(CultureInfo.InvariantCulture)), header.GetString(Key("TUNIT"), ""), code, repeat,
                offset, (int)length, header.GetDouble(Key("TZERO"), 0), header.GetDouble(Key("TSCAL"), 1))
            : throw BadForm(header, Key("TFORM"), form);
    }

    private static int? BitsOf(char code) => code switch
    {
        'X' => 1,
        'L' or 'B' or 'A' => 8,
        'I' => 16,
        'J' or 'E' => 32,
        'K' or 'D' or 'C' or 'P' => 64,
        'M' or 'Q' => 128,
        _ => null,
    };

    private static FitsException BadForm(FitsHeader header, string key, string form) =>
        new($"{header.Origin}: {key} is '{form}'; a repeat count and one of L X B I J K A E D C M P Q are needed.");

    private static FitsColumn Column(TableField f, byte[] data, int rowLength, int rows)
    {
        var isScaled = f.Scale != 1 || f.Zero != 0;
        return f.Code switch
        {
            'A' => FitsColumn.Of(f.Name, Gather(f, data, rowLength, rows, 1, f.Length, Text), f.Unit),
            'L' => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, 1, b => b[0] == 'T'), f.Unit, f.Repeat),
            'B' or 'I' or 'J' or 'K' when isScaled && IsWhole(f) => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, f.Length / Math.Max(f.Repeat, 1), b => Whole(b) + (long)f.Zero), f.Unit, f.Repeat),
            'B' or 'I' or 'J' or 'K' when isScaled => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, f.Length / Math.Max(f.Repeat, 1), b => f.Zero + (f.Scale * Whole(b))), f.Unit, f.Repeat),
            'B' or 'I' or 'J' => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, f.Length / Math.Max(f.Repeat, 1), b => (int)Whole(b)), f.Unit, f.Repeat),
            'K' => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, 8, b => Whole(b)), f.Unit, f.Repeat),
            'E' when isScaled => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, 4, b => f.Zero + (f.Scale * BinaryPrimitives.ReadSingleBigEndian(b))), f.Unit, f.Repeat),
            'E' => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, 4, b => BinaryPrimitives.ReadSingleBigEndian(b)), f.Unit, f.Repeat),
            'D' => FitsColumn.Of(f.Name, Each(f, data, rowLength, rows, 8, b => f.Zero + (f.Scale * BinaryPrimitives.ReadDoubleBigEndian(b))), f.Unit, f.Repeat),
            _ => FitsColumn.Raw(f.Name, Each(f with { Repeat = f.Length }, data, rowLength, rows, 1, b => b[0]), f.Length),
        };
    }

    // The unsigned conventions: a whole zero point that a long can take together with the stored value.
    private static bool IsWhole(TableField f) => f.Scale == 1 && f.Zero == Math.Truncate(f.Zero) && Math.Abs(f.Zero) < 1L << 53;

    private delegate T Decode<T>(ReadOnlySpan<byte> bytes);

    private static T[] Each<T>(TableField f, byte[] data, int rowLength, int rows, int width, Decode<T> decode) =>
        Gather(f, data, rowLength, rows, f.Repeat, width, decode);

    private static T[] Gather<T>(TableField f, byte[] data, int rowLength, int rows, int perRow, int width, Decode<T> decode)
    {
        var values = new T[rows * perRow];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < perRow; i++)
            {
                values[(row * perRow) + i] = decode(data.AsSpan((row * rowLength) + f.Offset + (i * width), width));
            }
        }
        return values;
    }

    private static long Whole(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadInt16BigEndian(bytes),
        4 => BinaryPrimitives.ReadInt32BigEndian(bytes),
        _ => BinaryPrimitives.ReadInt64BigEndian(bytes),
    };

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? bytes : bytes[..end]).TrimEnd(' ');
    }
}
