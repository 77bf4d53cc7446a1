using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Dpu.Fits;

/// <summary>Stored big-endian values to physical ones: <c>BZERO + BSCALE × stored</c>; BLANK becomes NaN (section 4.4.2.5 and 5.3).</summary>
internal sealed class PixelReader
{
    private readonly int _bitPix;
    private readonly double _zero;
    private readonly double _scale;
    private readonly long? _blank;

    public PixelReader(FitsHeader header, int bitPix)
    {
        _bitPix = bitPix;
        _zero = header.GetDouble("BZERO", 0);
        _scale = header.GetDouble("BSCALE", 1);
        _blank = bitPix > 0 && header.TryGet("BLANK", out _) ? header.GetInt64("BLANK") : null;
        Type = FitsPixelTypes.From(bitPix, _zero, _scale);
    }

    public FitsPixelType Type { get; }

    /// <summary>Converts; <paramref name="stored"/> is used as scratch space.</summary>
    public void Convert(Span<byte> stored, Span<float> physical)
    {
        switch (_bitPix)
        {
            case 8:
                FromBytes(stored, physical);
                break;
            case 16:
                FromShorts(MemoryMarshal.Cast<byte, short>(stored), physical);
                break;
            case 32:
                FromInts(MemoryMarshal.Cast<byte, int>(stored), physical);
                break;
            case 64:
                FromLongs(MemoryMarshal.Cast<byte, long>(stored), physical);
                break;
            case -32:
                FromSingles(MemoryMarshal.Cast<byte, int>(stored), physical);
                break;
            default:
                FromDoubles(MemoryMarshal.Cast<byte, long>(stored), physical);
                break;
        }
    }

    // With scale 1 and a whole zero point of 24 bits or less, single precision is exact.
    private bool IsExactInSingle => _scale == 1 && _zero == Math.Truncate(_zero) && Math.Abs(_zero) <= 1 << 23;

    private void FromBytes(Span<byte> stored, Span<float> physical)
    {
        for (var i = 0; i < physical.Length; i++)
        {
            physical[i] = _blank == stored[i] ? float.NaN : (float)(_zero + (_scale * stored[i]));
        }
    }

    private void FromShorts(Span<short> stored, Span<float> physical)
    {
        Swap(stored);
        if (_blank is null && IsExactInSingle)
        {
            WidenShorts(stored, physical, (float)_zero);
            return;
        }
        for (var i = 0; i < physical.Length; i++)
        {
            physical[i] = _blank == stored[i] ? float.NaN : (float)(_zero + (_scale * stored[i]));
        }
    }

    private static void WidenShorts(ReadOnlySpan<short> stored, Span<float> physical, float zero)
    {
        var i = 0;
        var offset = new Vector<float>(zero);
        for (; i <= stored.Length - Vector<short>.Count; i += Vector<short>.Count)
        {
            Vector.Widen(new Vector<short>(stored[i..]), out var low, out var high);
            (Vector.ConvertToSingle(low) + offset).CopyTo(physical[i..]);
            (Vector.ConvertToSingle(high) + offset).CopyTo(physical[(i + Vector<int>.Count)..]);
        }
        for (; i < stored.Length; i++)
        {
            physical[i] = stored[i] + zero;
        }
    }

    private void FromInts(Span<int> stored, Span<float> physical)
    {
        Swap(stored);
        for (var i = 0; i < physical.Length; i++)
        {
            physical[i] = _blank == stored[i] ? float.NaN : (float)(_zero + (_scale * stored[i]));
        }
    }

    private void FromLongs(Span<long> stored, Span<float> physical)
    {
        Swap(stored);
        for (var i = 0; i < physical.Length; i++)
        {
            physical[i] = _blank == stored[i] ? float.NaN : (float)(_zero + (_scale * stored[i]));
        }
    }

    private void FromSingles(Span<int> stored, Span<float> physical)
    {
        Swap(stored);
        MemoryMarshal.Cast<int, float>(stored).CopyTo(physical);
        if (_scale == 1 && _zero == 0)
        {
            return;
        }
        foreach (ref var value in physical)
        {
            value = (float)(_zero + (_scale * value));
        }
    }

    private void FromDoubles(Span<long> stored, Span<float> physical)
    {
        Swap(stored);
        var doubles = MemoryMarshal.Cast<long, double>(stored);
        for (var i = 0; i < physical.Length; i++)
        {
            physical[i] = (float)(_zero + (_scale * doubles[i]));
        }
    }

    private static void Swap(Span<short> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }

    private static void Swap(Span<int> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }

    private static void Swap(Span<long> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }
}
