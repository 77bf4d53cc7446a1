using System.Collections.Immutable;

namespace Dpu.Journal.Logs;

/// <summary>Picks what was asked for out of blocks that come in rising order.</summary>
internal sealed class LogPageBuilder(LogSelection selection, LogCursor from, int maxBytes)
{
    private readonly ImmutableArray<LogChunk>.Builder _chunks = ImmutableArray.CreateBuilder<LogChunk>();
    private LogCursor _next;
    private int _bytes;

    public LogCursor From => from;

    public bool IsFull { get; private set; }

    public void Add(long block, ReadOnlyMemory<byte> records)
    {
        var index = 0;
        foreach (var chunk in IsFull ? [] : LogRecordsReader.Read(records))
        {
            var here = new LogCursor(block, index++);
            if (here >= from && selection.Includes(chunk.Attempt))
            {
                _chunks.Add(chunk);
                _bytes += chunk.Bytes.Length;
                if (_bytes >= maxBytes)
                {
                    IsFull = true;
                    _next = new LogCursor(block, index);
                    return;
                }
            }
        }
    }

    /// <param name="end">The place after everything that there was.</param>
    public LogPage Build(LogCursor end) =>
        IsFull ? new LogPage(_chunks.ToImmutable(), _next, _next >= end) : new LogPage(_chunks.ToImmutable(), end, true);
}
