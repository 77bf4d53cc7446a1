using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Dpu.Fits;

/// <summary>The ones'-complement checksum of FITS 4.0, section 4.4.2.7 and appendix J.</summary>
internal static class FitsChecksum
{
    /// <summary>What stands in the header while its own sum is computed.</summary>
    public const string Zero = "0000000000000000";

    /// <summary>Adds big-endian 32-bit words with end-around carry. The length is a multiple of 4.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        ulong total = sum;
        foreach (var word in MemoryMarshal.Cast<byte, uint>(bytes))
        {
            total += BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(word) : word;
        }
        // 2^32 - 1 words fit before the upper half could overflow: far more than a span holds.
        while (total >> 32 != 0)
        {
            total = (total & uint.MaxValue) + (total >> 32);
        }
        return (uint)total;
    }

    public static uint Add(uint left, uint right)
    {
        var total = (ulong)left + right;
        return (uint)((total & uint.MaxValue) + (total >> 32));
    }

    public static string DataSum(uint sum) => sum.ToString(CultureInfo.InvariantCulture);

    /// <summary>The 16 characters that make the HDU's sum all ones: each byte of the complement spread over four alphanumerics.</summary>
    public static string Encode(uint sum)
    {
        var complement = ~sum;
        Span<byte> encoded = stackalloc byte[16];
        for (var i = 0; i < 4; i++)
        {
            Spread((byte)(complement >> (24 - (8 * i))), encoded, i);
        }
        // The value begins at byte 11 of the card, so the pattern is rotated by one to line up with the 4-byte words.
        return string.Create(16, encoded.ToArray(), static (chars, bytes) =>
        {
            for (var i = 0; i < 16; i++)
            {
                chars[i] = (char)bytes[(i + 15) % 16];
            }
        });
    }

    private static void Spread(byte value, Span<byte> encoded, int at)
    {
        Span<int> parts = stackalloc int[4];
        parts.Fill((value / 4) + '0');
        parts[0] += value % 4;
        while (parts.ContainsAnyPunctuation())
        {
            for (var j = 0; j < 4; j += 2)
            {
                if (IsPunctuation(parts[j]) || IsPunctuation(parts[j + 1]))
                {
                    parts[j]++;
                    parts[j + 1]--;
                }
            }
        }
        for (var j = 0; j < 4; j++)
        {
            encoded[(4 * j) + at] = (byte)parts[j];
        }
    }

    private static bool ContainsAnyPunctuation(this Span<int> parts)
    {
        foreach (var part in parts)
        {
            if (IsPunctuation(part))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsPunctuation(int c) => c is (>= 0x3a and <= 0x40) or (>= 0x5b and <= 0x60);
}
