namespace Dpu.Journal.Logs;

/// <summary>
/// Numbers of chunks that could not be written and are to be handed over again: until they are, nothing with a higher number is taken of their launcher, so that its lines keep their
/// order. Used under its store's lock.
/// </summary>
/// <remarks>A launcher keeps what is not stored, over deaths of the service too, so each number comes again or its launcher is gone for good.</remarks>
internal sealed class DueNumbers
{
    private readonly Dictionary<Guid, SortedSet<long>> _due = [];

    /// <summary>A chunk was given up.</summary>
    public void Add(Guid incarnation, long number)
    {
        if (!_due.TryGetValue(incarnation, out var numbers))
        {
            _due.Add(incarnation, numbers = []);
        }

        numbers.Add(number);
    }

    /// <summary>Whether these may be written now; those among them that were due are not any more. What is refused becomes due itself.</summary>
    public bool Admit(IReadOnlyList<LogChunk> chunks)
    {
        if (_due.Count == 0)
        {
            return true;
        }

        var early = chunks.GroupBy(chunk => chunk.Incarnation).Any(launcher =>
            _due.TryGetValue(launcher.Key, out var numbers) && numbers.Min < launcher.Min(chunk => chunk.SequenceNr));
        foreach (var chunk in chunks)
        {
            if (early)
            {
                Add(chunk.Incarnation, chunk.SequenceNr);
            }
            else if (_due.TryGetValue(chunk.Incarnation, out var numbers) && numbers.Remove(chunk.SequenceNr) && numbers.Count == 0)
            {
                _due.Remove(chunk.Incarnation);
            }
        }

        return !early;
    }
}
