namespace Dpu.Actors.Nodes;

/// <summary>
/// Which of a launcher's numbered events are dealt with. Events are finished in any order; what may be acknowledged is the
/// longest run without a gap.
/// </summary>
internal sealed class AckWindow
{
    private readonly HashSet<long> _finished = [];
    private long? _acknowledged;
    private long _seen;

    /// <summary>Everything up to here is dealt with; null before the first event.</summary>
    public long? Reached => _acknowledged;

    /// <summary>Whether nothing that was seen is still to be dealt with.</summary>
    public bool IsComplete => _acknowledged is null || _acknowledged == _seen;

    /// <summary>True for an event that was not seen before; false for one that was resent.</summary>
    public bool Admit(long sequenceNr)
    {
        _acknowledged ??= sequenceNr - 1;
        if (sequenceNr <= _seen)
        {
            return false;
        }

        _seen = sequenceNr;
        return true;
    }

    /// <summary>Marks an event as dealt with; returns the number to acknowledge, or null when the run did not grow.</summary>
    public long? Finish(long sequenceNr)
    {
        if (_acknowledged is not { } acknowledged || sequenceNr <= acknowledged || !_finished.Add(sequenceNr))
        {
            return null;
        }

        var reached = acknowledged;
        while (_finished.Remove(reached + 1))
        {
            reached++;
        }

        _acknowledged = reached;
        return reached > acknowledged ? reached : null;
    }
}
