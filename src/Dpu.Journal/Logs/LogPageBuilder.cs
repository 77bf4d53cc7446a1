using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

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

    /// <summary>Puts a line where a block cannot be read: what it held of this selection is not known.</summary>
    public void AddLoss(long block, string reason)
    {
        if (new LogCursor(block, 0) >= from && !IsFull)
        {
            _chunks.Add(Loss(selection, _chunks.Count > 0 ? _chunks[^1].At : DateTimeOffset.UnixEpoch, reason));
        }
    }

    /// <summary>The line that stands where output is lost.</summary>
    public static LogChunk Loss(LogSelection selection, DateTimeOffset at, string reason)
    {
        var attempt = new AttemptId(selection.Job, selection.Task ?? 0, selection.Attempt ?? 0);
        var line = Encoding.UTF8.GetBytes($"[output may be missing here: {reason}]\n");
        return new LogChunk(attempt, OutputStream.Error, at, LogChunk.StoreSource, Guid.Empty, 0, line);
    }

    /// <param name="end">The place after everything that there was.</param>
    public LogPage Build(LogCursor end) =>
        IsFull ? new LogPage(_chunks.ToImmutable(), _next, _next >= end) : new LogPage(_chunks.ToImmutable(), end, true);
}
