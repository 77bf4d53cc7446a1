using System.Buffers.Binary;
using Dpu.Keeper.Native;

namespace Dpu.Keeper.Protocol;

/// <summary>Collects what a connection delivers and cuts it into frames.</summary>
internal sealed class FrameBuffer
{
    private const int UsualBytes = 64 << 10;
    private byte[] _bytes = new byte[UsualBytes];
    private int _start;
    private int _end;

    /// <summary>Reads once; false when the connection has ended. Nothing to read is no end.</summary>
    public bool Fill(int descriptor)
    {
        MakeRoom();
        var count = Descriptors.Read(descriptor, _bytes.AsSpan(_end));
        _end += Math.Max(count, 0);
        return count is > 0 or -1;
    }

    /// <summary>The next whole frame, valid until the next call of <see cref="Fill"/>.</summary>
    public bool TryTake(out FrameKind kind, out FrameReader fields)
    {
        kind = default;
        fields = default;
        if (_end - _start < ProtocolFacts.HeaderBytes || _end - _start < 4 + FrameLength())
        {
            return false;
        }

        var length = FrameLength();
        kind = (FrameKind)_bytes[_start + 4];
        fields = new FrameReader(_bytes.AsSpan(_start + ProtocolFacts.HeaderBytes, length - 1));
        _start += 4 + length;
        return true;
    }

    private int FrameLength()
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_start));
        return length is >= 1 and <= ProtocolFacts.FrameBytesMax ? length : throw new InvalidDataException($"A frame of {length} bytes is none of ours.");
    }

    private void MakeRoom()
    {
        var waiting = _end - _start;
        var needed = waiting >= 4 ? Math.Max(UsualBytes, 4 + FrameLength()) : UsualBytes;
        var target = _bytes.Length >= needed && _bytes.Length <= 4 * Math.Max(needed, UsualBytes) ? _bytes : new byte[needed];
        if (_start > 0 || target != _bytes)
        {
            _bytes.AsSpan(_start, waiting).CopyTo(target);
            (_bytes, _start, _end) = (target, 0, waiting);
        }
    }
}
