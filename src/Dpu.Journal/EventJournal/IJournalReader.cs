namespace Dpu.Journal.EventJournal;

/// <summary>One event among all events, in commit order.</summary>
/// <param name="Ordering">Its place among all events; rises by 1.</param>
/// <param name="PersistenceId">Whose event it is.</param>
/// <param name="SequenceNr">Its number among those of <paramref name="PersistenceId"/>.</param>
/// <param name="Event">What happened.</param>
public readonly record struct JournalEntry(long Ordering, string PersistenceId, long SequenceNr, object Event);

/// <summary>The reading side over the events of all actors, for whoever folds them into something else.</summary>
public interface IJournalReader
{
    /// <summary>The newest ordering that is durable; everything up to it can be read and will never change.</summary>
    long HeadOrdering { get; }

    /// <summary>Up to <paramref name="max"/> events after <paramref name="afterOrdering"/>, none of them newer than the head.</summary>
    ValueTask<IReadOnlyList<JournalEntry>> ReadAllAsync(long afterOrdering, int max, CancellationToken cancellationToken);

    /// <summary>Completes when <see cref="HeadOrdering"/> has reached <paramref name="ordering"/>.</summary>
    Task WaitForAsync(long ordering, CancellationToken cancellationToken);
}
