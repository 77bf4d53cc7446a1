using Dpu.Domain.Execution;

namespace Dpu.Keeper.Output;

/// <summary>The last bytes of an attempt's output. Small writes that follow each other closely share a block, so that many short lines
/// cost little more than their bytes.</summary>
internal sealed class LogTail(long bytesMax)
{
    private const int BlockBytes = 16 << 10;
    private static readonly TimeSpan BlockTime = TimeSpan.FromMilliseconds(100);

    private readonly LinkedList<Block> _blocks = new();
    private long _bytes;

    public long OmittedBytes { get; private set; }

    public void Add(OutputStream stream, DateTimeOffset at, ReadOnlySpan<byte> chunk)
    {
        if (_blocks.Last?.Value is not { } last || !last.TakesMore(stream, at, chunk.Length))
        {
            last = new Block(stream, at);
            _blocks.AddLast(last);
        }

        last.Append(chunk);
        _bytes += chunk.Length;
        while (_blocks.First is { } first && _bytes - first.Value.Length >= bytesMax)
        {
            Drop(first.Value.Length);
            _blocks.RemoveFirst();
        }
    }

    /// <summary>Cuts to the bound, at the beginning of a line where there is one.</summary>
    public void Trim()
    {
        while (_bytes > bytesMax && _blocks.First is { } first)
        {
            var excess = (int)Math.Min(_bytes - bytesMax, first.Value.Length);
            var lineEnd = first.Value.Bytes[(excess - 1)..].IndexOf((byte)'\n');
            var cut = lineEnd >= 0 ? excess + lineEnd : excess;
            Drop(cut);
            first.Value.RemoveFirst(cut);
            if (first.Value.Length == 0)
            {
                _blocks.RemoveFirst();
            }
        }
    }

    public void DeliverAll(LogCap.Deliver deliver)
    {
        foreach (var block in _blocks)
        {
            deliver(block.Stream, block.At, block.Bytes);
        }

        _blocks.Clear();
        _bytes = 0;
    }

    private void Drop(int count)
    {
        _bytes -= count;
        OmittedBytes += count;
    }

    private sealed class Block(OutputStream stream, DateTimeOffset at)
    {
        private byte[] _bytes = [];
        private int _start;
        private int _end;

        public OutputStream Stream => stream;

        public DateTimeOffset At => at;

        public int Length => _end - _start;

        public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, Length);

        public bool TakesMore(OutputStream other, DateTimeOffset when, int count) =>
            other == stream && when - at < BlockTime && _end + count <= BlockBytes;

        public void Append(ReadOnlySpan<byte> chunk)
        {
            if (_end + chunk.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(_end + chunk.Length, Math.Min(BlockBytes, _bytes.Length * 2)));
            }

            chunk.CopyTo(_bytes.AsSpan(_end));
            _end += chunk.Length;
        }

        public void RemoveFirst(int count) => _start += count;
    }
}
