using System.Buffers.Binary;
using System.Text;
using Dpu.Domain.Jobs;

namespace Dpu.Keeper.Protocol;

/// <summary>Reads the fields of one frame in order; reading past its end means that the peer broke the protocol.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether there are no more fields: an older peer does not write those that were appended since.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public Guid Guid() => new(Take(16));

    public DateTimeOffset Time() => new(Int64(), TimeSpan.Zero);

    public ReadOnlySpan<byte> Bytes() => Take(Int32());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public AttemptId Attempt() => new(new JobId(Int32()), Int32(), Int32());

    /// <summary>A part with a length of its own: what its writer appended beyond our knowledge is skipped.</summary>
    public FrameReader Block() => new(Bytes());

    /// <summary>A number of things that follow, each of at least one byte.</summary>
    public int Count()
    {
        var count = Int32();
        return count >= 0 && count <= _rest.Length ? count : throw Broken();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw Broken();
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static InvalidDataException Broken() => new("A frame ends before its fields do.");
}
