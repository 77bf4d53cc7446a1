using System.Buffers.Binary;

namespace Dpu.Fits.Tests;

/// <summary>Checks DATASUM and CHECKSUM by the definition: the ones'-complement sum of a right HDU is all ones.</summary>
internal static class Checksums
{
    public static bool AreRight(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var at = 0;
        foreach (var header in FitsReader.ReadHeaders(path))
        {
            var length = HeaderLength(bytes, at);
            var layout = HduLayout.Of(header, at == 0 ? 0 : 1);
            var data = bytes.AsSpan(at + length, (int)layout.PaddedLength);
            if (Sum(bytes.AsSpan(at, length + data.Length)) is not (0 or uint.MaxValue) || Sum(data) != uint.Parse(header.GetString("DATASUM")))
            {
                return false;
            }
            at += length + data.Length;
        }
        return at == bytes.Length;
    }

    private static int HeaderLength(byte[] bytes, int from)
    {
        var at = from;
        while (!bytes.AsSpan(at).StartsWith("END     "u8))
        {
            at += 80;
        }
        return (at - from + 2880) / 2880 * 2880;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        for (var i = 0; i < bytes.Length; i += 4)
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes[i..]);
            sum = (sum & uint.MaxValue) + (sum >> 32);
        }
        return (uint)sum;
    }
}
