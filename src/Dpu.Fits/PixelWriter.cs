using System.Buffers.Binary;

namespace Dpu.Fits;

/// <summary>Physical values to stored big-endian ones; integers are rounded and kept within their range, NaN becomes BLANK.</summary>
internal sealed class PixelWriter
{
    private readonly FitsPixelType _type;
    private readonly double _zero;
    private readonly double _low;
    private readonly double _high;
    private readonly long _blankStored;

    public PixelWriter(FitsPixelType type, ReadOnlySpan<float> pixels)
    {
        _type = type;
        _zero = type.Zero();
        var bits = type.BitPix();
        if (bits < 0)
        {
            return;
        }
        var (low, high) = bits == 8 ? (0d, 255d) : (-Math.Pow(2, bits - 1), Math.Pow(2, bits - 1) - 1);
        HasBlank = HasNaN(pixels);
        // One code is set apart for "no value": the lowest, which clipped data seldom reaches; for bytes the highest.
        _blankStored = bits == 8 ? 255 : bits == 64 ? long.MinValue : (long)low;
        _low = HasBlank && bits != 8 ? low + 1 : low;
        _high = HasBlank && bits == 8 ? high - 1 : high;
    }

    public bool HasBlank { get; }

    public long Blank => _blankStored;

    public int BytesPerPixel => Math.Abs(_type.BitPix()) / 8;

    public void Convert(ReadOnlySpan<float> physical, Span<byte> stored)
    {
        switch (_type.BitPix())
        {
            case 8:
                for (var i = 0; i < physical.Length; i++)
                {
                    stored[i] = (byte)Stored(physical[i]);
                }
                break;
            case 16:
                for (var i = 0; i < physical.Length; i++)
                {
                    BinaryPrimitives.WriteInt16BigEndian(stored[(2 * i)..], (short)Stored(physical[i]));
                }
                break;
            case 32:
                for (var i = 0; i < physical.Length; i++)
                {
                    BinaryPrimitives.WriteInt32BigEndian(stored[(4 * i)..], (int)Stored(physical[i]));
                }
                break;
            case 64:
                for (var i = 0; i < physical.Length; i++)
                {
                    BinaryPrimitives.WriteInt64BigEndian(stored[(8 * i)..], Stored(physical[i]));
                }
                break;
            case -32:
                for (var i = 0; i < physical.Length; i++)
                {
                    BinaryPrimitives.WriteSingleBigEndian(stored[(4 * i)..], physical[i]);
                }
                break;
            default:
                for (var i = 0; i < physical.Length; i++)
                {
                    BinaryPrimitives.WriteDoubleBigEndian(stored[(8 * i)..], physical[i]);
                }
                break;
        }
    }

    private long Stored(float value)
    {
        if (float.IsNaN(value))
        {
            return _blankStored;
        }
        var rounded = Math.Round(value - _zero);
        // A double cannot hold long.MaxValue: the cast saturates, where a comparison would round up.
        return (long)Math.Clamp(rounded, _low, _high);
    }

    private static bool HasNaN(ReadOnlySpan<float> pixels)
    {
        foreach (var value in pixels)
        {
            if (float.IsNaN(value))
            {
                return true;
            }
        }
        return false;
    }
}
