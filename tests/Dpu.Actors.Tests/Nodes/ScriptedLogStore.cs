using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>A log store in memory that a test makes fail or wait.</summary>
internal sealed class ScriptedLogStore : ILogStore
{
    private readonly MemoryLogStore _stored = new();

    public bool Fails { get; set; }

    /// <summary>Appends wait for it while it is set; what they hand over is there already.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public int Appends { get; private set; }

    public bool CannotBeRead { get; set; }

    public List<LogChunk> Handed { get; } = [];

    public async Task AppendAsync(IReadOnlyList<LogChunk> chunks, CancellationToken cancellationToken)
    {
        if (Fails)
        {
            throw new JournalException("the disk is full");
        }

        Appends++;
        Handed.AddRange(chunks);
        await _stored.AppendAsync(chunks, cancellationToken);
        await (Hold?.Task ?? Task.CompletedTask);
    }

    public Task<LogPage> ReadAsync(LogSelection selection, LogCursor from, int maxBytes, CancellationToken cancellationToken) =>
        CannotBeRead ? Task.FromException<LogPage>(new JournalException("the index is gone")) : _stored.ReadAsync(selection, from, maxBytes, cancellationToken);

    public Task<LogTail> ReadBackAsync(LogSelection selection, LogCursor? before, int maxBytes, CancellationToken cancellationToken) =>
        _stored.ReadBackAsync(selection, before, maxBytes, cancellationToken);

    public Task WaitAsync(JobId job, LogCursor from, CancellationToken cancellationToken) => _stored.WaitAsync(job, from, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken) => _stored.FlushAsync(cancellationToken);

    public ValueTask DisposeAsync() => _stored.DisposeAsync();
}
