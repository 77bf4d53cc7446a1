using System.Globalization;
using System.IO.Compression;

namespace Dpu.Fits;

/// <summary>
/// A FITS file read forward, plain or gzipped (told by the first two bytes, not by the name). Knows where it is, so that a file
/// that ends too early is reported with the byte at which more was due.
/// </summary>
internal sealed class FitsStream : IDisposable
{
    private const int BufferLength = 1 << 16;

    // No instrument writes megabytes of header: whatever does is not a FITS file.
    private const int HeaderBlocksMax = 20_000;
    private readonly Stream _stream;
    private readonly long? _length;
    private readonly byte[] _block = new byte[HduLayout.BlockLength];
    private long _position;
    private int _hdu;

    private FitsStream(string path, Stream stream, long? length)
    {
        Path = path;
        _stream = stream;
        _length = length;
    }

    public string Path { get; }

    public static FitsStream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        try
        {
            Span<byte> magic = stackalloc byte[2];
            var zipped = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
            file.Position = 0;
            return zipped
                ? new FitsStream(path, new GZipStream(file, CompressionMode.Decompress), null)
                : new FitsStream(path, file, file.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Reads the next HDU's header; null after the last one. The stream then stands at the first byte of its data.</summary>
    public (FitsHeader Header, HduLayout Layout)? NextHeader()
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{Path}, HDU {_hdu}");
        if (!ReadFirstBlock(place))
        {
            return null;
        }
        var cards = ReadCards(place);
        var header = new FitsHeader(cards) { Origin = place };
        return (header, HduLayout.Of(header, _hdu++));
    }

    /// <summary>Fills the buffer with data, or says where the file ends.</summary>
    public void ReadExactly(Span<byte> buffer, string what)
    {
        var read = ReadSome(buffer);
        if (read < buffer.Length)
        {
            throw new FitsException(string.Create(CultureInfo.InvariantCulture,
                $"{Path}: truncated: the file ends at byte {_position} inside {what}, which needs {buffer.Length - read} bytes more."));
        }
    }

    /// <summary>Refuses a plain file that is too short for the data announced, before memory is taken for them.</summary>
    public void EnsureHolds(long count, string what)
    {
        if (_length is { } length && count > length - _position)
        {
            throw Truncated(_position + count, length, what);
        }
    }

    /// <summary>Passes over bytes of data. With <paramref name="fill"/> the file may end in the fill that follows the data.</summary>
    public void Skip(long count, long fill, string what)
    {
        if (_length is { } length)
        {
            if (_position + count > length)
            {
                throw Truncated(_position + count, length, what);
            }
            _position = Math.Min(_position + count + fill, length);
            _stream.Position = _position;
            return;
        }
        SkipByReading(count, what);
        SkipFill(fill);
    }

    private FitsException Truncated(long needed, long length, string what) => new(string.Create(CultureInfo.InvariantCulture,
        $"{Path}: truncated: {what} needs the file to be {needed} bytes long, it has {length}."));

    private void SkipByReading(long count, string what)
    {
        var buffer = new byte[(int)Math.Min(BufferLength, Math.Max(count, 1))];
        while (count > 0)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, count));
            ReadExactly(part, what);
            count -= part.Length;
        }
    }

    private void SkipFill(long fill)
    {
        var read = ReadSome(_block.AsSpan(0, (int)fill));
        _ = read; // A last block without its fill is common and loses nothing.
    }

    private bool ReadFirstBlock(string place)
    {
        var read = ReadSome(_block);
        if (_hdu > 0)
        {
            // What follows the last HDU without being an extension are "special records" (section 3.5), or tape padding.
            if (read < _block.Length || !_block.AsSpan().StartsWith("XTENSION="u8))
            {
                return false;
            }
            return true;
        }
        if (!_block.AsSpan(0, read).StartsWith("SIMPLE  ="u8))
        {
            throw new FitsException(read == 0 ? $"{Path}: the file is empty." : $"{Path}: not a FITS file: it does not begin with 'SIMPLE  ='.");
        }
        return read == _block.Length ? true : throw new FitsException(string.Create(CultureInfo.InvariantCulture,
            $"{place}: truncated: the file ends at byte {_position}, in the header's first block of {HduLayout.BlockLength} bytes."));
    }

    private List<FitsCard> ReadCards(string place)
    {
        var cards = new List<FitsCard>(72);
        for (var block = 1; block <= HeaderBlocksMax; block++)
        {
            for (var at = 0; at < _block.Length; at += CardFormat.CardLength)
            {
                var record = _block.AsSpan(at, CardFormat.CardLength);
                if (record.StartsWith("END     "u8))
                {
                    return Trimmed(cards);
                }
                var number = ((block - 1) * 36) + (at / CardFormat.CardLength) + 1;
                CardParser.Parse(record, cards, () => string.Create(CultureInfo.InvariantCulture, $"{place}, card {number}"));
            }
            ReadExactly(_block, "the header of HDU " + _hdu.ToString(CultureInfo.InvariantCulture) + " (no END card yet)");
        }
        throw new FitsException($"{place}: no END card within {HeaderBlocksMax} blocks of header.");
    }

    /// <summary>Blank cards before END only reserve space.</summary>
    private static List<FitsCard> Trimmed(List<FitsCard> cards)
    {
        while (cards.Count > 0 && cards[^1] is { Key: "", Comment: "" })
        {
            cards.RemoveAt(cards.Count - 1);
        }
        return cards;
    }

    private int ReadSome(Span<byte> buffer)
    {
        try
        {
            var read = _stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            _position += read;
            return read;
        }
        catch (InvalidDataException e)
        {
            throw new FitsException(string.Create(CultureInfo.InvariantCulture, $"{Path}: the gzip stream is damaged or truncated after {_position} bytes of content: {e.Message}"), e);
        }
    }
}
