using Dpu.Kernel.Persistence;
using Dpu.Service.Telemetry;

namespace Dpu.Service.Hosting;

/// <summary>Remembers why the journal cannot be written, for those who wait in vain: the actors only try again. Measures what appends take, waiting for their group included.</summary>
internal sealed class WatchedJournal(IEventJournal inner, TimeProvider time) : IEventJournal
{
    /// <summary>When nothing was tried for so long nobody knows any more: with nothing to do nobody would ever find out that it is well again.</summary>
    private static readonly TimeSpan TroubleLasts = TimeSpan.FromSeconds(30);

    private volatile Failure? _failure;

    /// <summary>Why the last append failed; null when it did not.</summary>
    public string? Trouble => _failure?.Reason;

    /// <summary>Whether it failed just now: later it is worth another try.</summary>
    public bool IsFreshlyTroubled => _failure is { } failure && time.GetElapsedTime(failure.At) < TroubleLasts;

    /// <summary>How long appends took.</summary>
    public Histogram Appends { get; } = new(Metrics.JournalAppends, [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);

    /// <summary>How many failed.</summary>
    public Counter Failures { get; } = new();

    public async Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        try
        {
            await inner.AppendAsync(persistenceId, expectedSequenceNr, events, cancellationToken);
            _failure = null;
            Appends.Observe(time.GetElapsedTime(begun));
        }
        catch (JournalException error)
        {
            _failure = new Failure(error.Message, time.GetTimestamp());
            Failures.Add();
            throw;
        }
    }

    public IAsyncEnumerable<PersistedEvent> ReadAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        inner.ReadAsync(persistenceId, fromSequenceNr, cancellationToken);

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) =>
        inner.LoadSnapshotAsync(persistenceId, cancellationToken);

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(persistenceId, snapshot, cancellationToken);

    private sealed record Failure(string Reason, long At);
}
