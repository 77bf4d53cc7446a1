using System.Buffers.Binary;

namespace Dpu.Fits.Conversion;

/// <summary>
/// A table as NumPy's structured array. Texts lose the blanks behind them; logical values become truth values; bits and variable-length arrays come as the bytes of the row.
/// Columns without values are left out.
/// </summary>
internal static class NpyTable
{
    private sealed record Column(int Offset, int Length, int Width, string Descr, Action<ReadOnlyMemory<byte>, Memory<byte>> Convert);

    public static void Write(ProductSource source, Stream destination)
    {
        var (rowLength, rows) = TableReader.ShapeOf(source.Header, source.Layout);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var columns = TableReader.Fields(source.Header, rowLength).Where(field => field.Length > 0).Select(field => ColumnOf(field, names)).ToArray();
        NpyHeader.Write(destination, $"[{string.Join(", ", columns.Select(column => column.Descr))}]", [rows]);
        var row = new byte[columns.Sum(column => (long)column.Width) is var width && width <= ConversionLimits.RowBytesMax
            ? width
            : throw new ConversionException("A row of the table is longer than is held here.")];
        source.ReadParts(rowLength, rows, part =>
        {
            for (var at = 0; at < part.Length; at += (int)rowLength)
            {
                var to = 0;
                foreach (var column in columns)
                {
                    column.Convert(part.Slice(at + column.Offset, column.Length), row.AsMemory(to, column.Width));
                    to += column.Width;
                }

                destination.Write(row);
            }
        });
    }

    private static Column ColumnOf(TableField field, HashSet<string> names)
    {
        Column Of(string type, int width, int count, Action<ReadOnlyMemory<byte>, Memory<byte>> convert) =>
            new(field.Offset, field.Length, width, DescrOf(Free(field.Name, names), type, count), convert);
        if (field.BitPix is { } bitPix)
        {
            var scaling = new Scaling(bitPix, field.Zero, field.Scale, null);
            return Of(scaling.Descr, scaling.Width * field.Repeat, field.Repeat, (from, to) => scaling.Convert(from.Span, to.Span));
        }

        return field.Code switch
        {
            'A' => Of(FormattableString.Invariant($"|S{field.Length}"), field.Length, 1, static (from, to) => CopyText(from.Span, to.Span)),
            'L' => Of("|b1", field.Length, field.Repeat, static (from, to) => CopyTruth(from.Span, to.Span)),
            'C' => Of("<c8", field.Length, field.Repeat, static (from, to) => Turn(from.Span, to.Span, 4)),
            'M' => Of("<c16", field.Length, field.Repeat, static (from, to) => Turn(from.Span, to.Span, 8)),
            _ => Of("|u1", field.Length, field.Length, static (from, to) => from.CopyTo(to)),
        };
    }

    private static string DescrOf(string name, string type, int count) => count == 1
        ? $"({NpyHeader.Quoted(name)}, {NpyHeader.Quoted(type)})"
        : FormattableString.Invariant($"({NpyHeader.Quoted(name)}, {NpyHeader.Quoted(type)}, ({count},))");

    /// <summary>NumPy takes each name once, compared exactly, and as it is written.</summary>
    private static string Free(string name, HashSet<string> names)
    {
        var plain = NpyHeader.Quoted(name)[1..^1].Trim();
        plain = plain.Length == 0 ? "column" : plain;
        var free = plain;
        for (var number = 2; !names.Add(free); number++)
        {
            free = FormattableString.Invariant($"{plain}_{number}");
        }

        return free.Replace("\\'", "'", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }

    private static void CopyText(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var end = from.IndexOf((byte)0);
        var text = (end < 0 ? from : from[..end]).TrimEnd((byte)' ');
        text.CopyTo(to);
        to[text.Length..].Clear();
    }

    private static void CopyTruth(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = from[i] == 'T' ? (byte)1 : (byte)0;
        }
    }

    private static void Turn(ReadOnlySpan<byte> from, Span<byte> to, int width)
    {
        for (var at = 0; at < from.Length; at += width)
        {
            if (width == 4)
            {
                BinaryPrimitives.WriteInt32LittleEndian(to[at..], BinaryPrimitives.ReadInt32BigEndian(from[at..]));
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(to[at..], BinaryPrimitives.ReadInt64BigEndian(from[at..]));
            }
        }
    }
}
