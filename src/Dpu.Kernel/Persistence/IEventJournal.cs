namespace Dpu.Kernel.Persistence;

/// <summary>One event as it stands in the journal: its number within its persistence id counts from 1 without gaps.</summary>
public readonly record struct PersistedEvent(long SequenceNr, object Event);

/// <summary>A state written by an actor to shorten its recovery; it holds all events up to and including <paramref name="SequenceNr"/>.</summary>
public sealed record Snapshot(long SequenceNr, object State);

/// <summary>
/// The append-only log of events behind persistent actors. Events of one call become durable together or not at all.
/// </summary>
/// <remarks>
/// Implementations translate events to and from a versioned storage form; an event they do not know fails the read
/// with <see cref="JournalException"/>, it is never skipped.
/// </remarks>
public interface IEventJournal
{
    /// <summary>
    /// Appends <paramref name="events"/> as numbers <paramref name="expectedSequenceNr"/> + 1 onwards and completes once they are durable.
    /// </summary>
    /// <param name="persistenceId">Whose events these are.</param>
    /// <param name="expectedSequenceNr">The last number that the writer knows of; 0 for none.</param>
    /// <param name="events">What happened, in order; not empty.</param>
    /// <param name="cancellationToken">Gives up waiting; the events may have been written all the same.</param>
    /// <exception cref="SequenceConflictException">Somebody else wrote; nothing of this call was written.</exception>
    /// <exception cref="JournalException">The outcome is unknown (disk full, database away): the writer must recover from the journal.</exception>
    Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken);

    /// <summary>Reads the events of <paramref name="persistenceId"/> whose number is at least <paramref name="fromSequenceNr"/>, in order.</summary>
    IAsyncEnumerable<PersistedEvent> ReadAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken);

    /// <summary>The newest snapshot that can be read, or null. A snapshot of an older form that cannot be read any more counts as none.</summary>
    Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken);

    /// <summary>Stores a snapshot; older ones may be dropped, events never are.</summary>
    Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken);
}

/// <summary>The journal could not answer; whether an append took effect is unknown.</summary>
public class JournalException : Exception
{
    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>An append named an expected sequence number that is not the journal's last: another writer is at work.</summary>
public sealed class SequenceConflictException(string persistenceId, long expected, long actual)
    : JournalException($"'{persistenceId}' is at event {actual}, not {expected}: another writer appended to it.")
{
    /// <summary>The number that the writer expected to be the last.</summary>
    public long Expected { get; } = expected;

    /// <summary>The number that is the last.</summary>
    public long Actual { get; } = actual;
}
