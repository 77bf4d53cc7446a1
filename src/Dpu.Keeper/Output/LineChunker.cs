using System.Buffers;

namespace Dpu.Keeper.Output;

/// <summary>
/// Cuts a stream of bytes into chunks of whole lines. A line that is not finished is kept back until it is, until the owner's patience
/// ends (<see cref="ReleaseUnfinished"/>), or until it has grown too long; a cut inside a line never splits a UTF-8 sequence.
/// </summary>
internal sealed class LineChunker
{
    public const int UnfinishedBytesMax = 64 << 10;

    private byte[] _unfinished = [];
    private int _length;

    public delegate void ChunkHandler(ReadOnlySpan<byte> chunk);

    public bool HasUnfinished => _length > 0;

    public void Push(ReadOnlySpan<byte> bytes, ChunkHandler deliver)
    {
        var finished = bytes.LastIndexOf((byte)'\n') + 1;
        if (finished > 0 && _length == 0)
        {
            deliver(bytes[..finished]);
        }
        else if (finished > 0)
        {
            Keep(bytes[..finished]);
            Flush(deliver);
        }

        Keep(bytes[finished..]);
        if (_length >= UnfinishedBytesMax)
        {
            ReleaseUnfinished(deliver);
        }
    }

    /// <summary>Delivers the unfinished line as far as its characters are complete.</summary>
    public void ReleaseUnfinished(ChunkHandler deliver)
    {
        var complete = CompleteLength(_unfinished.AsSpan(0, _length));
        if (complete == 0)
        {
            return;
        }

        deliver(_unfinished.AsSpan(0, complete));
        _unfinished.AsSpan(complete, _length - complete).CopyTo(_unfinished);
        _length -= complete;
    }

    /// <summary>Delivers everything that is left: nothing more will come, or the line's end has.</summary>
    public void Flush(ChunkHandler deliver)
    {
        if (_length > 0)
        {
            deliver(_unfinished.AsSpan(0, _length));
        }

        _length = 0;
        if (_unfinished.Length > 4096)
        {
            _unfinished = [];
        }
    }

    /// <summary>How much of the bytes can be shown without cutting a UTF-8 sequence at their end.</summary>
    internal static int CompleteLength(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var start = bytes.Length - back;
            if ((bytes[start] & 0xC0) == 0x80)
            {
                continue;
            }

            var incomplete = System.Text.Rune.DecodeFromUtf8(bytes[start..], out _, out _) == OperationStatus.NeedMoreData;
            return incomplete ? start : bytes.Length;
        }

        return bytes.Length;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_length + bytes.Length > _unfinished.Length)
        {
            Array.Resize(ref _unfinished, Math.Max(Math.Max(256, _unfinished.Length * 2), _length + bytes.Length));
        }

        bytes.CopyTo(_unfinished.AsSpan(_length));
        _length += bytes.Length;
    }
}
