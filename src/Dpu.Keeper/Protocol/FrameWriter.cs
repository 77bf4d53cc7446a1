using System.Buffers.Binary;
using System.Text;
using Dpu.Domain.Jobs;

namespace Dpu.Keeper.Protocol;

/// <summary>Appends frames to a buffer that grows and is used again.</summary>
internal sealed class FrameWriter
{
    private byte[] _bytes = new byte[512];
    private int _frameStart;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Forgets the first bytes, which have been sent; one big burst does not keep its memory.</summary>
    public void RemoveFirst(int count)
    {
        var rest = Length - count;
        var target = rest < 64 << 10 && _bytes.Length > 1 << 20 ? new byte[64 << 10] : _bytes;
        Written[count..].CopyTo(target);
        (_bytes, Length) = (target, rest);
    }

    public void Begin(FrameKind kind)
    {
        _frameStart = Length;
        Int32(0);
        Byte((byte)kind);
    }

    public void End() => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_frameStart), Length - _frameStart - 4);

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Take(16));

    public void Time(DateTimeOffset value) => Int64(value.UtcTicks);

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Text(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        Int32(count);
        Encoding.UTF8.GetBytes(value, Take(count));
    }

    public void Attempt(AttemptId attempt)
    {
        Int32(attempt.Job.Value);
        Int32(attempt.Task);
        Int32(attempt.Number);
    }

    /// <summary>A whole frame that was written before.</summary>
    public void Raw(ReadOnlySpan<byte> frame) => frame.CopyTo(Take(frame.Length));

    /// <summary>Leaves room for a length and returns where; <see cref="EndBlock"/> fills it in.</summary>
    public int BeginBlock()
    {
        Int32(0);
        return Length;
    }

    public void EndBlock(int start) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start - 4), Length - start);

    private Span<byte> Take(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }
}
