using System.Buffers.Binary;

namespace Dpu.Fits.Conversion;

/// <summary>How stored big-endian numbers become little-endian physical ones: <c>zero + scale × stored</c>, NaN for the blank value.</summary>
internal sealed class Scaling
{
    private readonly int _bitPix;
    private readonly double _zero;
    private readonly double _scale;
    private readonly long? _blank;
    private readonly bool _isKept;
    private readonly bool _flips;

    /// <param name="bitPix">8, 16, 32, 64, -32 or -64.</param>
    /// <param name="zero">BZERO or TZERO.</param>
    /// <param name="scale">BSCALE or TSCAL.</param>
    /// <param name="blank">The stored value of a pixel without one; null for none.</param>
    public Scaling(int bitPix, double zero, double scale, long? blank)
    {
        (_bitPix, _zero, _scale, _blank) = (bitPix, zero, scale, blank);

        // The other sign convention of a type is its first bit turned over.
        var middle = bitPix == 8 ? -128 : bitPix > 0 ? Math.Pow(2, bitPix - 1) : double.NaN;
        _flips = scale == 1 && zero == middle && blank is null;
        _isKept = _flips || (scale == 1 && zero == 0 && blank is null);
        var kind = bitPix < 0 || !_isKept ? 'f' : _flips == (bitPix == 8) ? 'i' : 'u';
        Width = _isKept ? Math.Abs(bitPix) / 8 : bitPix is 8 or 16 or -32 ? 4 : 8;
        Descr = FormattableString.Invariant($"{(Width == 1 ? '|' : '<')}{kind}{Width}");
    }

    /// <summary>The type as NumPy calls it.</summary>
    public string Descr { get; }

    /// <summary>Bytes of a physical value.</summary>
    public int Width { get; }

    public void Convert(ReadOnlySpan<byte> stored, Span<byte> physical)
    {
        var width = Math.Abs(_bitPix) / 8;
        if (_isKept)
        {
            Turn(stored, physical, width);
            return;
        }

        for (int from = 0, to = 0; from < stored.Length; from += width, to += Width)
        {
            var value = Physical(stored.Slice(from, width));
            if (Width == 4)
            {
                BinaryPrimitives.WriteSingleLittleEndian(physical[to..], (float)value);
            }
            else
            {
                BinaryPrimitives.WriteDoubleLittleEndian(physical[to..], value);
            }
        }
    }

    private void Turn(ReadOnlySpan<byte> stored, Span<byte> physical, int width)
    {
        for (var at = 0; at < stored.Length; at += width)
        {
            for (var i = 0; i < width; i++)
            {
                physical[at + width - 1 - i] = stored[at + i];
            }

            if (_flips)
            {
                physical[at + width - 1] ^= 0x80;
            }
        }
    }

    private double Physical(ReadOnlySpan<byte> stored)
    {
        if (_bitPix < 0)
        {
            return _zero + (_scale * (_bitPix == -32 ? BinaryPrimitives.ReadSingleBigEndian(stored) : BinaryPrimitives.ReadDoubleBigEndian(stored)));
        }

        var whole = _bitPix switch
        {
            8 => stored[0],
            16 => BinaryPrimitives.ReadInt16BigEndian(stored),
            32 => BinaryPrimitives.ReadInt32BigEndian(stored),
            _ => BinaryPrimitives.ReadInt64BigEndian(stored),
        };
        return whole == _blank ? double.NaN : _zero + (_scale * whole);
    }
}
