using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>
/// Room that is kept on a node for a task that came first and fits nowhere: others start beside it only if they end before it is expected to
/// start, or do not touch what it needs. It stays until the task starts, whoever comes first meanwhile; only a higher priority goes before it.
/// </summary>
internal sealed class KeptRoom(WaitQueue queue, KnownNode node, DateTimeOffset since)
{
    public WaitQueue Queue { get; } = queue;

    public KnownNode Node { get; private set; } = node;

    /// <summary>Since when it is kept.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>When its task is expected to fit; null when nobody knows how long what runs there takes.</summary>
    public DateTimeOffset? Until { get; private set; }

    /// <summary>What others may still take without touching what it needs.</summary>
    public Resources Spare { get; private set; }

    /// <summary>Estimates were wrong for so long that nothing else is given to its node.</summary>
    public bool Alone { get; private set; }

    /// <summary>Somebody was kept out by it, or let in beside it. If nobody ever was, it is not needed: the order alone will do.</summary>
    public bool Needed { get; private set; }

    /// <summary>When something of this size fits on a node by what is known now; null when nobody knows.</summary>
    public static DateTimeOffset? WhenFits(KnownNode node, Resources need, DateTimeOffset now)
    {
        var free = node.Free;
        if (need.FitsIn(free))
        {
            return now;
        }

        foreach (var (placed, end) in node.Placed.Select(placed => (placed, end: placed.EndsAt(now))).Where(p => p.end is not null).OrderBy(p => p.end))
        {
            free = free.Plus(placed.Need);
            if (need.FitsIn(free))
            {
                return end;
            }
        }

        return null;
    }

    /// <summary>Another node is expected to have room earlier.</summary>
    public void MoveTo(KnownNode node)
    {
        Node.Kept = null;
        Node = node;
        node.Kept = this;
    }

    /// <summary>What is known now, at the beginning of a plan.</summary>
    public void Estimate(DateTimeOffset now, TimeSpan patience)
    {
        Alone = now - Since >= patience;
        Until = WhenFits(Node, Queue.Need, now);
        var heldThen = Node.Placed.Where(placed => Until is not { } until || placed.EndsAt(now) is not { } end || end > until);
        Spare = heldThen.Aggregate(Node.Capacity.Less(Queue.Need), static (spare, placed) => spare.Less(placed.Need));
    }

    /// <summary>Whether a task of another queue may start beside it.</summary>
    public bool Admits(ClassKey other, DateTimeOffset now)
    {
        var admitted = other.Priority > Queue.Priority || (!Alone && (EndsInTime(other, now) || other.Shape.Need.FitsIn(Spare)));
        Needed |= !admitted;
        return admitted;
    }

    /// <summary>A task of another queue was let in.</summary>
    public void LetIn(ClassKey other, DateTimeOffset now)
    {
        Needed = true;
        if (!EndsInTime(other, now))
        {
            Spare = Spare.Less(other.Shape.Need);
        }
    }

    /// <summary>Somebody was kept out by it.</summary>
    public void KeptOut() => Needed = true;

    private bool EndsInTime(ClassKey other, DateTimeOffset now) =>
        other.Length is { } length && Until is { } until && now.AddSeconds(Math.Pow(2, length)) <= until;
}
