using System.Collections.Immutable;
using Dpu.Domain.Execution;

namespace Dpu.Actors.Nodes;

/// <summary>Tells what a node's attempts do when that has changed since it was told last: all of it, and nothing about how it came to be so.</summary>
internal sealed class PhaseTeller(Action<ImmutableArray<AttemptPhase>> tell)
{
    private ImmutableArray<AttemptPhase> _told = [];

    /// <summary>Whether nothing is told that is not so any more.</summary>
    public bool HasToldNothing => _told.IsEmpty;

    /// <returns>Whether files are on their way: only they change without a message.</returns>
    public bool Look(IReadOnlyCollection<AttemptEntry> entries)
    {
        var phases = entries.Select(entry => entry.Phase).OfType<AttemptPhase>();
        var now = (entries.Count <= PhaseBoard.PhasesMax ? phases : phases.OrderBy(Weight).Take(PhaseBoard.PhasesMax)).ToImmutableArray();
        if (!now.SequenceEqual(_told))
        {
            _told = now;
            tell(now);
        }

        return now.Any(phase => phase.Files is not null);
    }

    /// <summary>Where there is no room for all, those come first of which nobody knows how long they take.</summary>
    private static int Weight(AttemptPhase phase) => phase.Stage switch
    {
        AttemptStage.StagingIn or AttemptStage.Saving => 0,
        AttemptStage.Running => 1,
        _ => 2,
    };
}
