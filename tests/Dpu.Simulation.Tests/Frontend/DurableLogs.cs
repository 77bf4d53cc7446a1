using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Simulated;

/// <summary>The logs on disk, with an index of their own: what an attempt's lines are is asked after every end.</summary>
internal sealed class DurableLogs : ILogStore
{
    private readonly MemoryLogStore _store = new();
    private readonly HashSet<(Guid Incarnation, long SequenceNr)> _numbers = [];
    private readonly Dictionary<AttemptId, List<LogChunk>> _chunks = [];

    public IReadOnlyList<LogChunk> Of(AttemptId attempt) => _chunks.TryGetValue(attempt, out var chunks) ? chunks : [];

    public bool Holds(Guid incarnation, long sequenceNr) => _numbers.Contains((incarnation, sequenceNr));

    public Task AppendAsync(IReadOnlyList<LogChunk> chunks, CancellationToken cancellationToken)
    {
        foreach (var chunk in chunks.Where(chunk => _numbers.Add((chunk.Incarnation, chunk.SequenceNr))))
        {
            if (!_chunks.TryGetValue(chunk.Attempt, out var known))
            {
                _chunks.Add(chunk.Attempt, known = []);
            }

            known.Add(chunk);
        }

        return _store.AppendAsync(chunks, cancellationToken);
    }

    public Task<LogPage> ReadAsync(LogSelection selection, LogCursor from, int maxBytes, CancellationToken cancellationToken) =>
        _store.ReadAsync(selection, from, maxBytes, cancellationToken);

    public Task<LogTail> ReadBackAsync(LogSelection selection, LogCursor? before, int maxBytes, CancellationToken cancellationToken) =>
        _store.ReadBackAsync(selection, before, maxBytes, cancellationToken);

    public Task WaitAsync(JobId job, LogCursor from, CancellationToken cancellationToken) => _store.WaitAsync(job, from, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => _store.FlushAsync(cancellationToken);

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
