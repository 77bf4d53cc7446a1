using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel.Persistence;

namespace Dpu.Simulated;

/// <summary>
/// The log store of one service's process: what was handed over can be read at once and is durable a moment later. When an append
/// fails, so does all that was handed over after it by the same launcher, until what failed is handed over again: order is never lost.
/// </summary>
internal sealed class FaultyLogStore(DurableLogs durable, ServiceWorld world) : ILogStore
{
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(30);

    private readonly List<Handed> _pending = [];
    private readonly HashSet<(Guid Incarnation, long SequenceNr)> _givenUp = [];

    /// <summary>What could be read now of an attempt's lines.</summary>
    public IEnumerable<LogChunk> Pending => _pending.SelectMany(handed => handed.Chunks);

    public async Task AppendAsync(IReadOnlyList<LogChunk> chunks, CancellationToken cancellationToken)
    {
        if (_givenUp.Count > 0)
        {
            var launchers = chunks.Select(chunk => chunk.Incarnation).ToHashSet();
            var due = _givenUp.Where(number => launchers.Contains(number.Incarnation)).ToHashSet();
            due.ExceptWith(chunks.Select(chunk => (chunk.Incarnation, chunk.SequenceNr)));
            if (due.Count > 0)
            {
                GiveUp(chunks);
                throw new JournalException("Simulated: earlier logs were not written.");
            }

            _givenUp.RemoveWhere(number => launchers.Contains(number.Incarnation));
        }

        var handed = new Handed(chunks);
        _pending.Add(handed);
        await world.DelayAsync(LatencyMax, cancellationToken);
        await WriteAsync(handed);
    }

    public Task<LogPage> ReadAsync(LogSelection selection, LogCursor from, int maxBytes, CancellationToken cancellationToken) =>
        durable.ReadAsync(selection, from, maxBytes, cancellationToken);

    public Task<LogTail> ReadBackAsync(LogSelection selection, LogCursor? before, int maxBytes, CancellationToken cancellationToken) =>
        durable.ReadBackAsync(selection, before, maxBytes, cancellationToken);

    public Task WaitAsync(JobId job, LogCursor from, CancellationToken cancellationToken) => durable.WaitAsync(job, from, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => durable.FlushAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task WriteAsync(Handed handed)
    {
        if (world.Faults.LogsAreDown)
        {
            foreach (var lost in _pending)
            {
                GiveUp(lost.Chunks);
                lost.Failed = true;
            }

            _pending.Clear();
        }

        if (handed.Failed)
        {
            throw new JournalException("Simulated: logs cannot be written.");
        }

        // Blocks are written in their order: one's flush covers those before it.
        while (_pending.Contains(handed))
        {
            await durable.AppendAsync(_pending[0].Chunks, CancellationToken.None);
            _pending.RemoveAt(0);
        }
    }

    private void GiveUp(IEnumerable<LogChunk> chunks) => _givenUp.UnionWith(chunks.Select(chunk => (chunk.Incarnation, chunk.SequenceNr)));

    private sealed class Handed(IReadOnlyList<LogChunk> chunks)
    {
        public IReadOnlyList<LogChunk> Chunks { get; } = chunks;

        public bool Failed { get; set; }
    }
}
