using Dpu.Journal.EventJournal;

namespace Dpu.Journal.Store;

/// <summary>Something that waits for the writer.</summary>
internal abstract class WriteItem
{
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Why it alone was not written, while the others of its group were.</summary>
    public Exception? Refused { get; set; }

    public void Finish()
    {
        if (Refused is null)
        {
            Done.SetResult();
        }
        else
        {
            Done.SetException(Refused);
        }
    }

    public void Fail(Exception reason) => Done.SetException(reason);

    internal sealed class Append(string persistenceId, long expected, IReadOnlyList<object> events, EncodedEvent[] encoded) : WriteItem
    {
        public string PersistenceId { get; } = persistenceId;

        public long Expected { get; } = expected;

        public IReadOnlyList<object> Events { get; } = events;

        public EncodedEvent[] Encoded { get; } = encoded;

        /// <summary>The ordering that its last event was given.</summary>
        public long LastOrdering { get; set; }
    }

    internal sealed class SaveSnapshot(string persistenceId, long sequenceNr, EncodedEvent state) : WriteItem
    {
        public string PersistenceId { get; } = persistenceId;

        public long SequenceNr { get; } = sequenceNr;

        public EncodedEvent State { get; } = state;
    }

    internal sealed class RebuildViews : WriteItem;
}
