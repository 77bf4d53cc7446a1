using Dpu.Kernel.Persistence;

namespace Dpu.Service.Hosting;

/// <summary>Remembers why the journal cannot be written, for those who wait in vain: the actors only try again.</summary>
internal sealed class WatchedJournal(IEventJournal inner) : IEventJournal
{
    private volatile string? _trouble;

    /// <summary>Why the last append failed; null when it did not.</summary>
    public string? Trouble => _trouble;

    public async Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        try
        {
            await inner.AppendAsync(persistenceId, expectedSequenceNr, events, cancellationToken);
            _trouble = null;
        }
        catch (JournalException error)
        {
            _trouble = error.Message;
            throw;
        }
    }

    public IAsyncEnumerable<PersistedEvent> ReadAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        inner.ReadAsync(persistenceId, fromSequenceNr, cancellationToken);

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) =>
        inner.LoadSnapshotAsync(persistenceId, cancellationToken);

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(persistenceId, snapshot, cancellationToken);
}
