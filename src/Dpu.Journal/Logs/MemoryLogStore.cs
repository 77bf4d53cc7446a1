using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.Logs;

/// <summary>Logs in memory, for simulations: every call completes before it returns. Used by one thread at a time.</summary>
public sealed class MemoryLogStore : ILogStore
{
    // One block that never closes: a cursor is an index.
    private const long OnlyBlock = 1;

    private readonly List<LogChunk> _chunks = [];
    private readonly HashSet<(Guid Incarnation, long SequenceNr)> _seen = [];
    private readonly List<(JobId Job, TaskCompletionSource Arrived)> _waiters = [];

    public Task AppendAsync(IReadOnlyList<LogChunk> chunks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var chunk in chunks)
        {
            if (_seen.Add((chunk.Incarnation, chunk.SequenceNr)))
            {
                _chunks.Add(chunk with { Bytes = chunk.Bytes.ToArray() });
                Announce(chunk.Attempt.Job);
            }
        }

        return Task.CompletedTask;
    }

    public Task<LogPage> ReadAsync(LogSelection selection, LogCursor from, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var chunks = ImmutableArray.CreateBuilder<LogChunk>();
        var bytes = 0;
        var index = from.Block < OnlyBlock ? 0 : from.Chunk;
        for (; index < _chunks.Count && bytes < maxBytes; index++)
        {
            if (selection.Includes(_chunks[index].Attempt))
            {
                chunks.Add(_chunks[index]);
                bytes += _chunks[index].Bytes.Length;
            }
        }

        return Task.FromResult(new LogPage(chunks.ToImmutable(), new LogCursor(OnlyBlock, index), index == _chunks.Count));
    }

    public Task<LogTail> ReadBackAsync(LogSelection selection, LogCursor? before, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var end = before is { Block: < OnlyBlock } ? 0 : Math.Min(before?.Chunk ?? int.MaxValue, _chunks.Count);
        var chunks = new Stack<LogChunk>();
        var (bytes, from) = (0, end);
        for (var index = end - 1; index >= 0 && bytes < maxBytes; index--)
        {
            if (selection.Includes(_chunks[index].Attempt))
            {
                chunks.Push(_chunks[index]);
                (bytes, from) = (bytes + _chunks[index].Bytes.Length, index);
            }
        }

        return Task.FromResult(new LogTail([.. chunks], new LogCursor(OnlyBlock, from), new LogCursor(OnlyBlock, end), bytes < maxBytes));
    }

    public Task WaitAsync(JobId job, LogCursor from, CancellationToken cancellationToken)
    {
        var first = from.Block < OnlyBlock ? 0 : from.Chunk;
        for (var index = first; index < _chunks.Count; index++)
        {
            if (_chunks[index].Attempt.Job == job)
            {
                return Task.CompletedTask;
            }
        }

        var arrived = new TaskCompletionSource();
        _waiters.Add((job, arrived));
        return arrived.Task.WaitAsync(cancellationToken);
    }

    public Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Announce(JobId job)
    {
        for (var index = _waiters.Count - 1; index >= 0; index--)
        {
            if (_waiters[index].Job == job)
            {
                var arrived = _waiters[index].Arrived;
                _waiters.RemoveAt(index);
                arrived.SetResult();
            }
        }
    }
}
