using System.Globalization;
using System.Text;

namespace Dpu.Fits;

/// <summary>Lays out one HDU: mandatory cards first, then the caller's, then the checksums; header and data padded to blocks.</summary>
internal static class HduWriter
{
    private const int ChunkPixels = 1 << 15;

    public static void Write(Stream file, FitsHdu hdu, int index, bool hasExtensions)
    {
        switch (hdu)
        {
            case FitsImageHdu { Image: { } image } plane:
                WriteImage(file, image, plane.Type, index, hasExtensions);
                break;
            case FitsImageHdu empty:
                WriteHeader(file, Finish(Mandatory(index, 8, [], hasExtensions), empty.Header), 0);
                break;
            case FitsTableHdu { Table: var table }:
                WriteTable(file, table);
                break;
            default:
                throw new FitsException($"{hdu.Header.Origin}: an extension whose data was not read cannot be written.");
        }
    }

    private static void WriteImage(Stream file, FitsImage image, FitsPixelType type, int index, bool hasExtensions)
    {
        var writer = new PixelWriter(type, image.Pixels);
        var cards = Mandatory(index, type.BitPix(), [image.Width, image.Height], hasExtensions);
        if (type.Zero() != 0)
        {
            cards.Set("BZERO", (long)type.Zero(), "offset of unsigned integers");
            cards.Set("BSCALE", 1L, "");
        }
        if (writer.HasBlank)
        {
            cards.Set("BLANK", writer.Blank, "stored value of pixels without a value");
        }
        var header = Finish(cards, image.Header);
        var data = Padded((long)image.Pixels.Length * writer.BytesPerPixel);
        var sum = DataSum(image.Pixels, writer);
        WriteHeader(file, header, sum);
        EachChunk(image.Pixels, writer, chunk => file.Write(chunk));
        Pad(file, data.Fill, 0);
    }

    /// <summary>The sum stands in the header, before the data: the pixels are converted twice rather than held twice.</summary>
    private static uint DataSum(float[] pixels, PixelWriter writer)
    {
        var sum = 0u;
        EachChunk(pixels, writer, chunk => sum = FitsChecksum.Add(sum, WholeWords(chunk)));
        return sum;
    }

    private delegate void Chunk(ReadOnlySpan<byte> bytes);

    private static void EachChunk(float[] pixels, PixelWriter writer, Chunk use)
    {
        var buffer = new byte[Math.Min(ChunkPixels, pixels.Length) * writer.BytesPerPixel];
        for (var at = 0; at < pixels.Length; at += ChunkPixels)
        {
            var part = pixels.AsSpan(at, Math.Min(ChunkPixels, pixels.Length - at));
            var bytes = buffer.AsSpan(0, part.Length * writer.BytesPerPixel);
            writer.Convert(part, bytes);
            use(bytes);
        }
    }

    /// <summary>Only the last chunk can end within a word; the fill after it is zero.</summary>
    private static ReadOnlySpan<byte> WholeWords(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 4 == 0)
        {
            return bytes;
        }
        var padded = new byte[(bytes.Length + 3) / 4 * 4];
        bytes.CopyTo(padded);
        return padded;
    }

    private static void WriteTable(Stream file, FitsTable table)
    {
        var rows = TableWriter.Rows(table);
        var header = Finish(TableWriter.Mandatory(table, rows.Length), table.Header);
        WriteHeader(file, header, FitsChecksum.Add(0, WholeWords(rows)));
        file.Write(rows);
        Pad(file, Padded(rows.Length).Fill, 0);
    }

    private static FitsHeader Mandatory(int index, int bitPix, IReadOnlyList<int> axes, bool hasExtensions)
    {
        var header = new FitsHeader();
        if (index == 0)
        {
            header.Set("SIMPLE", true, "conforms to the FITS standard");
        }
        else
        {
            header.Set("XTENSION", "IMAGE", "image extension");
        }
        header.Set("BITPIX", (long)bitPix, "bits per pixel, negative: floating point");
        header.Set("NAXIS", (long)axes.Count, "number of axes");
        for (var i = 0; i < axes.Count; i++)
        {
            header.Set(string.Create(CultureInfo.InvariantCulture, $"NAXIS{i + 1}"), (long)axes[i], "");
        }
        if (index > 0)
        {
            header.Set("PCOUNT", 0L, "");
            header.Set("GCOUNT", 1L, "");
        }
        else if (hasExtensions)
        {
            header.Set("EXTEND", true, "extensions follow");
        }
        return header;
    }

    /// <summary>The caller's cards without those that the writer decides.</summary>
    private static FitsHeader Finish(FitsHeader mandatory, FitsHeader given)
    {
        foreach (var card in given)
        {
            if (!StructuralKeys.Is(card.Key) && (card.IsCommentary || !mandatory.Contains(card.Key)))
            {
                mandatory.Add(card);
            }
        }
        return mandatory;
    }

    private static void WriteHeader(Stream file, FitsHeader header, uint dataSum)
    {
        header.Set("DATASUM", FitsChecksum.DataSum(dataSum), "checksum of the data");
        header.Set("CHECKSUM", FitsChecksum.Zero, "checksum of the HDU");
        var sum = FitsChecksum.Add(FitsChecksum.Add(0, Bytes(header)), dataSum);
        header.Set("CHECKSUM", FitsChecksum.Encode(sum), "checksum of the HDU");
        file.Write(Bytes(header));
    }

    private static byte[] Bytes(FitsHeader header)
    {
        var text = new StringBuilder((header.Count + 36) * CardFormat.CardLength);
        foreach (var card in header)
        {
            CardFormat.Append(text, card);
        }
        text.Append("END".PadRight(CardFormat.CardLength));
        text.Append(' ', Padded(text.Length).Fill);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static (long Length, int Fill) Padded(long length)
    {
        var padded = (length + HduLayout.BlockLength - 1) / HduLayout.BlockLength * HduLayout.BlockLength;
        return (padded, (int)(padded - length));
    }

    private static void Pad(Stream file, int count, byte value)
    {
        if (count > 0)
        {
            var fill = new byte[count];
            fill.AsSpan().Fill(value);
            file.Write(fill);
        }
    }
}
