using System.Runtime.InteropServices;
using Dpu.Kernel.Persistence;

namespace Dpu.System.Tests.Host;

/// <summary>Where the service dies: before or after the N-th append that holds an event of this type name.</summary>
internal sealed record CrashPoint(string Moment, string EventName, int Number);

/// <summary>A journal that kills its process with SIGKILL at one point, as a power button would.</summary>
internal sealed partial class CrashingJournal(IEventJournal inner, CrashPoint point) : IEventJournal
{
    private const int SigKill = 9;

    private int _seen;

    public async Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        var hit = events.Any(e => e.GetType().Name == point.EventName) && Interlocked.Increment(ref _seen) == point.Number;
        if (hit && point.Moment == "before")
        {
            Die();
        }

        await inner.AppendAsync(persistenceId, expectedSequenceNr, events, cancellationToken);
        if (hit && point.Moment == "after")
        {
            Die();
        }
    }

    public IAsyncEnumerable<PersistedEvent> ReadAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        inner.ReadAsync(persistenceId, fromSequenceNr, cancellationToken);

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) =>
        inner.LoadSnapshotAsync(persistenceId, cancellationToken);

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken) =>
        inner.SaveSnapshotAsync(persistenceId, snapshot, cancellationToken);

    private static void Die() => _ = Kill(Environment.ProcessId, SigKill);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
