using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Dpu.Calibration.Tests.Imaging;

/// <summary>Reads what the specification of PNG says about 8-bit grey pictures without filters, and checks every CRC bit by bit.</summary>
internal static class PngDecoder
{
    public static (byte[] Pixels, int Width, int Height) Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (!bytes.AsSpan(0, 8).SequenceEqual(new byte[] { 137, 80, 78, 71, 13, 10, 26, 10 })) { throw new InvalidDataException("signature"); }
        var (width, height) = (0, 0);
        using var data = new MemoryStream();
        for (var at = 8; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            var type = Encoding.ASCII.GetString(bytes, at + 4, 4);
            var crc = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 8 + length));
            if (crc != Crc(bytes.AsSpan(at + 4, 4 + length))) { throw new InvalidDataException($"CRC of {type}"); }
            var content = bytes.AsSpan(at + 8, length);
            if (type == "IHDR")
            {
                width = BinaryPrimitives.ReadInt32BigEndian(content);
                height = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
                if (!content[8..].SequenceEqual(new byte[] { 8, 0, 0, 0, 0 })) { throw new InvalidDataException("not 8-bit grey"); }
            }
            else if (type == "IDAT") { data.Write(content); }
            else if (type == "IEND" && at + 12 + length != bytes.Length) { throw new InvalidDataException("bytes after IEND"); }
            at += 12 + length;
        }

        return (Unfilter(data.ToArray(), width, height), width, height);
    }

    private static byte[] Unfilter(byte[] compressed, int width, int height)
    {
        using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        var pixels = new byte[width * height];
        for (var row = 0; row < height; row++)
        {
            if (zlib.ReadByte() != 0) { throw new InvalidDataException("filter"); }
            zlib.ReadExactly(pixels, row * width, width);
        }

        if (zlib.ReadByte() != -1) { throw new InvalidDataException("more rows than said"); }
        return pixels;
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var mix = (crc ^ (uint)(b >> bit)) & 1;
                crc = (crc >> 1) ^ (mix * 0xEDB88320u);
            }
        }

        return ~crc;
    }
}
