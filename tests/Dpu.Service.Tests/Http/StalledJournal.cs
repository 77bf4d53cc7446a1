using Dpu.Kernel.Persistence;

namespace Dpu.Service.Tests.Http;

/// <summary>A journal whose appends wait, or fail, for as long as a test wants them to.</summary>
internal sealed class StalledJournal(IEventJournal inner) : IEventJournal
{
    private volatile TaskCompletionSource? _stalled;
    private volatile string? _failure;

    public void Stall() => _stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Fail(string reason) => _failure = reason;

    public void GoOn()
    {
        _failure = null;
        Interlocked.Exchange(ref _stalled, null)?.SetResult();
    }

    public async Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        if (_failure is { } reason)
        {
            throw new JournalException(reason);
        }

        await (_stalled?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken);
        await inner.AppendAsync(persistenceId, expectedSequenceNr, events, cancellationToken);
    }

    public IAsyncEnumerable<PersistedEvent> ReadAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        inner.ReadAsync(persistenceId, fromSequenceNr, cancellationToken);

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) =>
        inner.LoadSnapshotAsync(persistenceId, cancellationToken);

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(persistenceId, snapshot, cancellationToken);
}
