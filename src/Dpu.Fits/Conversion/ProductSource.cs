using System.Globalization;

namespace Dpu.Fits.Conversion;

/// <summary>The HDU of a file that is converted: its header, and its data in parts.</summary>
internal sealed class ProductSource : IDisposable
{
    private const int PartBytes = 1 << 20;

    private readonly FitsStream _stream;

    private ProductSource(FitsStream stream, FitsHeader header, HduLayout layout)
    {
        _stream = stream;
        Header = header;
        Layout = layout;
        stream.EnsureHolds(layout.DataLength, FitsRowReader.DataOf(layout));
    }

    public FitsHeader Header { get; }

    public HduLayout Layout { get; }

    /// <summary>Whether an HDU holds an array of any number of axes.</summary>
    public static bool IsArray(HduLayout layout) => layout.IsImage && layout.DataLength > 0;

    /// <summary>Opens the first HDU that is wanted.</summary>
    /// <param name="path">A FITS file, plain or gzipped.</param>
    /// <param name="limits">How much may be read; what is passed over counts.</param>
    /// <param name="isWanted">Which HDU.</param>
    /// <param name="wanted">The same in words, for whoever asked.</param>
    public static ProductSource Open(string path, ConversionLimits limits, Predicate<HduLayout> isWanted, string wanted)
    {
        var stream = FitsStream.Open(path);
        try
        {
            var left = limits.InputBytesMax;
            while (stream.NextHeader() is { } next)
            {
                // Before anything is read: a packed file of kilobytes can announce terabytes.
                left -= HduLayout.BlockLength + next.Layout.PaddedLength;
                if (left < 0)
                {
                    throw new ConversionException($"The file has more data than are converted here: the limit is {limits.InputBytesMax.ToString(CultureInfo.InvariantCulture)} bytes.");
                }

                if (isWanted(next.Layout))
                {
                    return new ProductSource(stream, next.Header, next.Layout);
                }

                stream.Skip(next.Layout.DataLength, next.Layout.PaddedLength - next.Layout.DataLength, FitsRowReader.DataOf(next.Layout));
            }

            throw new ConversionException($"The file does not hold {wanted}.");
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The data in parts of whole items: rows, or single values.</summary>
    /// <param name="itemLength">Bytes of an item.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="take">Given each part, which is used for the next one again.</param>
    public void ReadParts(long itemLength, long count, Action<Memory<byte>> take)
    {
        if (itemLength > ConversionLimits.RowBytesMax)
        {
            throw new ConversionException(string.Create(CultureInfo.InvariantCulture, $"A row of {itemLength} bytes is longer than is held here: the limit is {ConversionLimits.RowBytesMax}."));
        }

        var perPart = itemLength == 0 ? count : Math.Clamp(PartBytes / itemLength, 1, Math.Max(count, 1));
        var buffer = new byte[itemLength * (itemLength == 0 ? 0 : perPart)];
        for (var left = count; left > 0; left -= perPart)
        {
            var part = buffer.AsMemory(0, (int)(itemLength * Math.Min(left, perPart)));
            _stream.ReadExactly(part.Span, FitsRowReader.DataOf(Layout));
            take(part);
        }
    }

    /// <summary>The image's rows as physical values. Valid until this is disposed of.</summary>
    public FitsRowReader Rows() => FitsRowReader.At(_stream, Header, Layout);

    public void Dispose() => _stream.Dispose();
}
