using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Dpu.Fits;

/// <summary>Lays out a binary table: big-endian fields, row after row.</summary>
internal static class TableWriter
{
    public static FitsHeader Mandatory(FitsTable table, int dataLength)
    {
        var header = new FitsHeader();
        var rowLength = table.Columns.Sum(Width);
        if ((long)rowLength * table.RowCount != dataLength)
        {
            throw new InvalidOperationException("The rows do not have the length that their columns add up to.");
        }
        header.Set("XTENSION", "BINTABLE", "binary table");
        header.Set("BITPIX", 8L, "");
        header.Set("NAXIS", 2L, "");
        header.Set("NAXIS1", (long)rowLength, "bytes a row");
        header.Set("NAXIS2", (long)table.RowCount, "rows");
        header.Set("PCOUNT", 0L, "");
        header.Set("GCOUNT", 1L, "");
        header.Set("TFIELDS", (long)table.Columns.Count, "columns");
        for (var i = 0; i < table.Columns.Count; i++)
        {
            SetColumn(header, table.Columns[i], (i + 1).ToString(CultureInfo.InvariantCulture));
        }
        return header;
    }

    public static byte[] Rows(FitsTable table)
    {
        var rowLength = table.Columns.Sum(Width);
        var data = new byte[checked(rowLength * table.RowCount)];
        var offset = 0;
        foreach (var column in table.Columns)
        {
            Fill(column, data, offset, rowLength, table.RowCount);
            offset += Width(column);
        }
        return data;
    }

    private static void SetColumn(FitsHeader header, FitsColumn column, string number)
    {
        header.Set("TTYPE" + number, column.Name, column.Comment);
        header.Set("TFORM" + number, Form(column), "");
        if (column.Unit.Length > 0)
        {
            header.Set("TUNIT" + number, column.Unit, "");
        }
    }

    private static string Form(FitsColumn column) => string.Create(CultureInfo.InvariantCulture, $"{(column.Type == FitsColumnType.Text ? Width(column) : column.Repeat)}{Code(column)}");

    private static char Code(FitsColumn column) => column.Type switch
    {
        FitsColumnType.Text => 'A',
        FitsColumnType.Logical => 'L',
        FitsColumnType.Int32 => 'J',
        FitsColumnType.Int64 => 'K',
        FitsColumnType.Single => 'E',
        FitsColumnType.Double => 'D',
        _ => throw new FitsException($"Column {column.Name} was read as raw bytes and cannot be written."),
    };

    private static int Width(FitsColumn column) => column.Values switch
    {
        string[] texts => Math.Max(1, texts.Select(t => t.Length).DefaultIfEmpty(1).Max()),
        bool[] => column.Repeat,
        int[] or float[] => 4 * column.Repeat,
        _ => 8 * column.Repeat,
    };

    private static void Fill(FitsColumn column, byte[] data, int offset, int rowLength, int rows)
    {
        var width = Width(column);
        for (var row = 0; row < rows; row++)
        {
            var field = data.AsSpan((row * rowLength) + offset, width);
            if (column.Values is string[] texts)
            {
                field.Fill((byte)' ');
                Encoding.ASCII.GetBytes(CardFormat.Checked(texts[row], column.Name), field);
                continue;
            }
            for (var i = 0; i < column.Repeat; i++)
            {
                Put(column.Values, (row * column.Repeat) + i, field[(width / column.Repeat * i)..]);
            }
        }
    }

    private static void Put(Array values, int at, Span<byte> field)
    {
        switch (values)
        {
            case bool[] v:
                field[0] = v[at] ? (byte)'T' : (byte)'F';
                break;
            case int[] v:
                BinaryPrimitives.WriteInt32BigEndian(field, v[at]);
                break;
            case long[] v:
                BinaryPrimitives.WriteInt64BigEndian(field, v[at]);
                break;
            case float[] v:
                BinaryPrimitives.WriteSingleBigEndian(field, v[at]);
                break;
            default:
                BinaryPrimitives.WriteDoubleBigEndian(field, ((double[])values)[at]);
                break;
        }
    }
}
