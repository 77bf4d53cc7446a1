using System.Buffers.Binary;
using System.IO.Compression;

namespace Dpu.Fits.Conversion;

/// <summary>An 8-bit greyscale PNG (PNG specification, third edition: colour type 0, filter 0, one IDAT chunk).</summary>
internal static class GreyPng
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(n => CrcOf((uint)n))];

    /// <summary>Writes rows from the top of the picture down.</summary>
    public static void Write(Stream destination, ReadOnlySpan<byte> pixels, int width, int height)
    {
        destination.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        // Depth 8, colour type 0 (grey), deflate, adaptive filters, no interlace.
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        WriteChunk(destination, "IHDR"u8, header);
        WriteChunk(destination, "IDAT"u8, Compressed(pixels, width));
        WriteChunk(destination, "IEND"u8, []);
    }

    private static byte[] Compressed(ReadOnlySpan<byte> pixels, int width)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var at = 0; at < pixels.Length; at += width)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels.Slice(at, width));
            }
        }

        return data.ToArray();
    }

    private static void WriteChunk(Stream destination, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        destination.Write(word);
        destination.Write(type);
        destination.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, ~Update(Update(uint.MaxValue, type), data));
        destination.Write(word);
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var b in data)
        {
            crc = CrcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint CrcOf(uint n)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            n = (n & 1) != 0 ? 0xEDB88320u ^ (n >> 1) : n >> 1;
        }

        return n;
    }
}
