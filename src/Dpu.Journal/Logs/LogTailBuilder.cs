using System.Collections.Immutable;

namespace Dpu.Journal.Logs;

/// <summary>Picks the newest of what was asked for out of blocks that come in falling order.</summary>
internal sealed class LogTailBuilder(LogSelection selection, LogCursor end, int maxBytes)
{
    private readonly Stack<ImmutableArray<LogChunk>> _blocks = [];
    private LogCursor? _from;
    private int _bytes;

    public bool IsFull { get; private set; }

    public void Add(long block, ReadOnlyMemory<byte> records)
    {
        if (IsFull)
        {
            return;
        }

        var wanted = LogRecordsReader.Read(records)
            .Select((chunk, index) => (Chunk: chunk, Here: new LogCursor(block, index)))
            .Where(pair => pair.Here < end && selection.Includes(pair.Chunk.Attempt))
            .ToList();
        var first = wanted.Count;
        while (first > 0 && !IsFull)
        {
            first--;
            _from = wanted[first].Here;
            _bytes += wanted[first].Chunk.Bytes.Length;
            IsFull = _bytes >= maxBytes;
        }

        _blocks.Push([.. wanted.Skip(first).Select(pair => pair.Chunk)]);
    }

    /// <summary>Puts a line where a block cannot be read: what it held of this selection is not known.</summary>
    public void AddLoss(long block, string reason)
    {
        if (new LogCursor(block, 0) < end && !IsFull)
        {
            var after = _blocks.SelectMany(chunks => chunks).FirstOrDefault().At;
            _blocks.Push([LogPageBuilder.Loss(selection, after, reason)]);
            _from = new LogCursor(block, 0);
        }
    }

    public LogTail Build() => new([.. _blocks.SelectMany(chunks => chunks)], _from ?? end, end, !IsFull);
}
