using System.Globalization;

namespace Dpu.Fits;

/// <summary>
/// Reads an image's rows in order, some at a time, so that many frames can be combined without holding any of them in memory.
/// </summary>
public sealed class FitsRowReader : IDisposable
{
    private const int ChunkLength = 1 << 16;
    private readonly FitsStream _stream;
    private readonly PixelReader _reader;
    private readonly int _bytesPerPixel;
    private readonly byte[] _chunk;

    private FitsRowReader(FitsStream stream, FitsHeader header, HduLayout layout)
    {
        _stream = stream;
        Header = header;
        stream.EnsureHolds(layout.DataLength, DataOf(layout));
        Width = Fitting(layout.Axes[0]);
        Height = Fitting(layout.Axes[1]);
        _bytesPerPixel = Math.Abs(layout.BitPix) / 8;
        _reader = new PixelReader(header, layout.BitPix);
        _chunk = new byte[Math.Min(ChunkLength, (long)Width * Height * _bytesPerPixel)];
    }

    public FitsHeader Header { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>How the pixels are stored in the file.</summary>
    public FitsPixelType Type => _reader.Type;

    /// <summary>The next row that <see cref="ReadRows"/> gives, from 0.</summary>
    public int NextRow { get; private set; }

    /// <summary>Opens an HDU that holds a plane.</summary>
    /// <param name="path">A FITS file, plain or gzipped.</param>
    /// <param name="hdu">Its index from 0; -1 for the first one that holds a plane.</param>
    /// <exception cref="FitsException">No FITS, truncated, or no such plane.</exception>
    public static FitsRowReader Open(string path, int hdu = -1)
    {
        var stream = FitsStream.Open(path);
        try
        {
            while (stream.NextHeader() is { } next)
            {
                if (hdu < 0 ? next.Layout.IsPlane : hdu == next.Layout.Index)
                {
                    return next.Layout.IsPlane ? new FitsRowReader(stream, next.Header, next.Layout) : throw NotPlane(next.Header, next.Layout);
                }
                stream.Skip(next.Layout.DataLength, next.Layout.PaddedLength - next.Layout.DataLength, DataOf(next.Layout));
            }
            throw new FitsException(hdu < 0
                ? $"{path}: no HDU holds a two-dimensional image."
                : string.Create(CultureInfo.InvariantCulture, $"{path}: there is no HDU {hdu}."));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads as many whole rows as the span holds; the span's length is a multiple of <see cref="Width"/>.</summary>
    public void ReadRows(Span<float> destination)
    {
        if (destination.Length % Width != 0 || destination.Length / Width > Height - NextRow)
        {
            throw new ArgumentException("Whole rows that the image still has are needed.", nameof(destination));
        }
        NextRow += destination.Length / Width;
        var perChunk = _chunk.Length / _bytesPerPixel;
        while (!destination.IsEmpty)
        {
            var part = destination[..Math.Min(perChunk, destination.Length)];
            var bytes = _chunk.AsSpan(0, part.Length * _bytesPerPixel);
            _stream.ReadExactly(bytes, string.Create(CultureInfo.InvariantCulture, $"the image of {Width} x {Height} pixels"));
            _reader.Convert(bytes, part);
            destination = destination[part.Length..];
        }
    }

    /// <summary>Reads the whole image.</summary>
    /// <exception cref="FitsException">It has more pixels than an array can hold.</exception>
    public FitsImage ReadAll()
    {
        if ((long)Width * Height > Array.MaxLength)
        {
            throw new FitsException(string.Create(CultureInfo.InvariantCulture, $"{Header.Origin}: {Width} x {Height} pixels are more than can be held; they can be read by rows."));
        }
        var image = new FitsImage(Width, Height, Header);
        ReadRows(image.Pixels);
        return image;
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Reads the whole plane that the stream stands before.</summary>
    internal static FitsImageHdu ReadPlane(FitsStream stream, FitsHeader header, HduLayout layout)
    {
        // The stream belongs to the caller: the reader is not disposed of here.
        var rows = new FitsRowReader(stream, header, layout);
        var image = rows.ReadAll();
        stream.Skip(0, layout.PaddedLength - layout.DataLength, DataOf(layout));
        return new FitsImageHdu(image, rows.Type);
    }

    /// <summary>Reads the plane that a stream stands before; disposing of the reader ends the stream.</summary>
    internal static FitsRowReader At(FitsStream stream, FitsHeader header, HduLayout layout) => new(stream, header, layout);

    internal static string DataOf(HduLayout layout) => string.Create(CultureInfo.InvariantCulture, $"the data of HDU {layout.Index}");

    private static int Fitting(long axis) => axis <= Array.MaxLength ? (int)axis : throw new FitsException($"An axis of {axis} pixels is longer than can be held.");

    private static FitsException NotPlane(FitsHeader header, HduLayout layout) => new(
        $"{header.Origin}: not a two-dimensional image, but {(layout.Extension.Length > 0 ? layout.Extension : "IMAGE")} with axes [{string.Join(", ", layout.Axes)}].");
}
