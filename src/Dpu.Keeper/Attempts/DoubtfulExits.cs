using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Keeper.Events;

namespace Dpu.Keeper.Attempts;

/// <summary>
/// Attempts that were ended by a SIGTERM which was not ours. A batch system and a shutdown send it to everything at once, and a recipe may be dead before the keeper has heard
/// it: so their ends are told a moment later, as evictions if the keeper is told to end meanwhile. Else the recipe would be blamed for what happened to its node.
/// </summary>
internal sealed class DoubtfulExits(EventWriter events)
{
    /// <summary>Between the first and the last process that is told lie thousandths of a second; a loaded host is given more.</summary>
    private const long WaitMilliseconds = 1000;

    private readonly Queue<(AttemptId Attempt, AttemptExit Exit, long At)> _waiting = new();
    private bool _evicted;

    /// <summary>When the next one is to be told.</summary>
    public long Deadline => _waiting.TryPeek(out var first) ? first.At : long.MaxValue;

    public void Add(AttemptId attempt, AttemptExit exit, long now)
    {
        if (_evicted)
        {
            Tell(attempt, exit);
        }
        else
        {
            _waiting.Enqueue((attempt, exit, now + WaitMilliseconds));
        }
    }

    /// <summary>The keeper is told to end as well.</summary>
    public void Evicted()
    {
        _evicted = true;
        TellDue(long.MaxValue);
    }

    public void TellDue(long now)
    {
        while (_waiting.TryPeek(out var first) && first.At <= now)
        {
            _waiting.Dequeue();
            Tell(first.Attempt, first.Exit);
        }
    }

    private void Tell(AttemptId attempt, AttemptExit exit) => events.Exited(attempt, _evicted ? exit with { Reason = EndReason.Evicted } : exit);
}
