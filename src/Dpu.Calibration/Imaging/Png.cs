using System.Buffers.Binary;
using System.IO.Compression;

namespace Dpu.Calibration.Imaging;

/// <summary>Writes 8-bit greyscale PNG files (PNG specification, third edition: colour type 0, filter 0, one IDAT chunk).</summary>
internal static class Png
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Writes rows from the top of the picture down. The file appears under its name only when it is complete.</summary>
    public static void WriteGrey(string path, ReadOnlySpan<byte> pixels, int width, int height)
    {
        if (width < 1 || height < 1 || pixels.Length != width * height)
        {
            throw new ArgumentException($"{pixels.Length} pixels are not a picture of {width} x {height}", nameof(pixels));
        }

        var temporary = path + ".part";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
            WriteChunk(file, "IHDR"u8, Header(width, height));
            WriteChunk(file, "IDAT"u8, Compress(pixels, width, height));
            WriteChunk(file, "IEND"u8, []);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static byte[] Header(int width, int height)
    {
        // Depth 8, colour type 0 (grey), deflate, adaptive filters, no interlace.
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        return header;
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int width, int height)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var row = 0; row < height; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(row * width, width));
            }
        }

        return data.ToArray();
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        stream.Write(word);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, ~UpdateCrc(UpdateCrc(uint.MaxValue, type), data));
        stream.Write(word);
    }

    private static uint UpdateCrc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var b in data) { crc = CrcTable[(byte)(crc ^ b)] ^ (crc >> 8); }
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint n = 0; n < table.Length; n++)
        {
            var c = n;
            for (var bit = 0; bit < 8; bit++) { c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1; }
            table[n] = c;
        }

        return table;
    }
}
