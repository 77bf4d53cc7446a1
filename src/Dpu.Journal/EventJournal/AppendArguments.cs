namespace Dpu.Journal.EventJournal;

/// <summary>What every journal demands of an append before it looks at its own state.</summary>
internal static class AppendArguments
{
    public static void Check(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events)
    {
        ArgumentException.ThrowIfNullOrEmpty(persistenceId);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedSequenceNr);
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);
    }
}
