using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>
/// Gives what fits, in order. A class of tasks that fits nowhere is passed over as one; for the first one that waits for room, room is kept.
/// </summary>
internal sealed class Proposer(PolicyInForce policy, Cluster cluster, WaitingIndex waiting, Holdings holdings)
{
    private readonly List<KeptRoom> _kept = [];
    private readonly List<(JobId Job, KnownNode Node)> _order = [];
    private readonly Dictionary<(JobId Job, KnownNode Node), ImmutableArray<int>.Builder> _given = [];
    private readonly List<WaitClass> _open = [];
    private DateTimeOffset _now;
    private int _nodesFull;

    /// <summary>Proposes as much as fits now, and holds it.</summary>
    public ImmutableArray<Assignment> Propose(DateTimeOffset now)
    {
        _now = now;
        _nodesFull = 0;
        ReviewKeptRoom();
        if (!SomeNodeHasRoom())
        {
            return [];
        }

        Open();
        var due = new Queue<KeptRoom>(_kept.OrderByDescending(kept => kept.Queue.Priority));
        while (SomeNodeHasRoom())
        {
            var next = NextInOrder();
            if (StartKept(due, next?.Class.Key.Priority ?? int.MinValue))
            {
                continue;
            }

            if (next is null)
            {
                break;
            }

            GiveOrClose(next);
        }

        ForgetNeedlessRoom();
        return TakeAssignments();
    }

    /// <summary>Room only shrinks while one plans: nodes that were found full are not looked at again.</summary>
    private bool SomeNodeHasRoom()
    {
        while (_nodesFull < cluster.Usable.Count && !cluster.Usable[_nodesFull].HasRoom)
        {
            _nodesFull++;
        }

        return _nodesFull < cluster.Usable.Count;
    }

    private void GiveOrClose(UserLine line)
    {
        var (@class, queue) = (line.Class, line.First);
        if (!holdings.IsAtLimit(@class.Key.Recipe) && NodeFor(@class, queue) is { } node)
        {
            Give(queue, node);
            return;
        }

        _open.Remove(@class);
        if (!holdings.IsAtLimit(@class.Key.Recipe))
        {
            KeepRoom(@class, queue);
        }
    }

    private UserLine? NextInOrder()
    {
        UserLine? next = null;
        foreach (var @class in _open)
        {
            if (@class.First is { } first && (next is null || UserLine.Compare(first, next) < 0))
            {
                next = first;
            }
        }

        return next;
    }

    /// <summary>The first node, by name, that has room: those behind it stay whole for what needs more.</summary>
    private KnownNode? NodeFor(WaitClass @class, WaitQueue queue)
    {
        var nodes = cluster.EligibleFor(@class);
        for (; @class.NodesPassed < nodes.Length; @class.NodesPassed++)
        {
            if (HasRoomNow(nodes[@class.NodesPassed], @class.Key, queue))
            {
                return nodes[@class.NodesPassed];
            }
        }

        for (; @class.Key.Short && @class.NodesPassedAhead < nodes.Length; @class.NodesPassedAhead++)
        {
            if (MayBeGivenAhead(nodes[@class.NodesPassedAhead], @class.Key, queue))
            {
                return nodes[@class.NodesPassedAhead];
            }
        }

        return null;
    }

    private bool HasRoomNow(KnownNode node, ClassKey key, WaitQueue queue) =>
        key.Shape.Need.FitsIn(node.Free)
        && !queue.Step.IsFull(node)
        && cluster.MayBeGiven(node)
        && node.HasTimeFor(queue.Step.Seconds, _now)
        && (node.Kept is not { } kept || kept.Queue == queue || kept.Admits(key, _now));

    private bool MayBeGivenAhead(KnownNode node, ClassKey key, WaitQueue queue)
    {
        if (!node.MayBeGivenAhead || queue.Step.IsFull(node) || cluster.IsQuarantined(node) || !node.HasTimeFor(queue.Step.Seconds + Backlog.CoveredSeconds, _now))
        {
            return false;
        }

        if (node.Kept is { } kept && kept.Queue != queue && key.Priority <= kept.Queue.Priority)
        {
            kept.KeptOut();
            return false;
        }

        return true;
    }

    private void Give(WaitQueue queue, KnownNode node)
    {
        var key = queue.Line!.Class.Key;
        queue.Tasks.TryTake(out var task);
        var probe = cluster.IsQuarantined(node);
        if (probe)
        {
            cluster.ProbeGiven(node);
        }

        if (queue.Kept is { } own)
        {
            Forget(own);
            Open();
        }
        else
        {
            node.Kept?.LetIn(key, _now);
        }

        holdings.Give(new Placed(queue.Step, task, node, queue.Need, _now) { IsProbe = probe }, _now);
        if (queue.Tasks.Count == 0)
        {
            waiting.File(queue);
        }

        OpenNew();
        Note(queue.Job.Id, node, task);
    }

    /// <summary>What was given may have put what still waits of it into a class of its own.</summary>
    private void OpenNew()
    {
        waiting.TakeNew().ForEach(Open);
    }

    private void Open()
    {
        _open.Clear();
        waiting.TakeNew();
        foreach (var @class in waiting.Classes)
        {
            Open(@class);
        }
    }

    private void Open(WaitClass @class)
    {
        (@class.NodesPassed, @class.NodesPassedAhead) = (0, 0);
        _open.Add(@class);
    }

    private void Note(JobId job, KnownNode node, int task)
    {
        if (!_given.TryGetValue((job, node), out var tasks))
        {
            tasks = ImmutableArray.CreateBuilder<int>();
            _given.Add((job, node), tasks);
            _order.Add((job, node));
        }

        tasks.Add(task);
    }

    private ImmutableArray<Assignment> TakeAssignments()
    {
        var assignments = _order.Select(given => new Assignment(given.Job, given.Node.Name, given.Node.Incarnation, _given[given].ToImmutable())).ToImmutableArray();
        _order.Clear();
        _given.Clear();
        return assignments;
    }

    /// <summary>Room that is kept is given as soon as it is there, before anybody of the same priority gets his turn.</summary>
    private bool StartKept(Queue<KeptRoom> due, int priority)
    {
        while (due.TryPeek(out var kept) && kept.Queue.Priority >= priority)
        {
            due.Dequeue();
            var queue = kept.Queue;
            if (queue.Kept == kept
                && queue.Line is { User.AtLimit: false } line
                && !holdings.IsAtLimit(line.Class.Key.Recipe)
                && HasRoomNow(kept.Node, line.Class.Key, queue))
            {
                Give(queue, kept.Node);
                return true;
            }
        }

        return false;
    }

    /// <summary>For the first in order that waits for room; only one for the same nodes, for everything else goes by the order.</summary>
    private void KeepRoom(WaitClass @class, WaitQueue queue)
    {
        var nodes = EligibleFor(queue).ToList();
        var isMomentary = @class.Key.Short && nodes.Exists(node => !node.HoldsLong);
        if (nodes.Count == 0 || isMomentary || nodes.Exists(node => node.Kept?.Queue.Priority >= queue.Priority))
        {
            return;
        }

        var node = Soonest(nodes, queue);
        if (node.Kept is { } lower)
        {
            Forget(lower);
        }

        var kept = new KeptRoom(queue, node, _now);
        kept.Estimate(_now, policy.Now.Patience);
        (node.Kept, queue.Kept) = (kept, kept);
        _kept.Add(kept);
    }

    /// <summary>Where it is expected to fit first; if nobody knows, where least must end before.</summary>
    private KnownNode Soonest(IEnumerable<KnownNode> nodes, WaitQueue queue) =>
        nodes.OrderBy(node => KeptRoom.WhenFits(node, queue.Need, _now) ?? DateTimeOffset.MaxValue)
            .ThenBy(node => queue.Need.Cpus - node.Free.Cpus)
            .First();

    private void ReviewKeptRoom()
    {
        foreach (var kept in _kept.ToArray())
        {
            if (!IsValid(kept))
            {
                Forget(kept);
                continue;
            }

            kept.Estimate(_now, policy.Now.Patience);
            if (!kept.Alone && Soonest(EligibleFor(kept.Queue).Where(node => node.Kept is null || node.Kept == kept), kept.Queue) is var sooner
                && sooner != kept.Node
                && KeptRoom.WhenFits(sooner, kept.Queue.Need, _now) is { } then
                && !(kept.Until <= then))
            {
                kept.MoveTo(sooner);
                kept.Estimate(_now, policy.Now.Patience);
            }
        }
    }

    private bool IsValid(KeptRoom kept) =>
        kept.Queue.Line is { User.AtLimit: false } line && !holdings.IsAtLimit(line.Class.Key.Recipe) && EligibleFor(kept.Queue).Contains(kept.Node);

    private IEnumerable<KnownNode> EligibleFor(WaitQueue queue) =>
        cluster.EligibleFor(queue.Line!.Class).Where(node => !queue.Step.IsFull(node) && !cluster.IsQuarantined(node) && node.HasTimeFor(queue.Step.Seconds, _now));

    private void ForgetNeedlessRoom()
    {
        foreach (var kept in _kept.Where(kept => !kept.Needed).ToArray())
        {
            Forget(kept);
        }
    }

    private void Forget(KeptRoom kept)
    {
        _kept.Remove(kept);
        kept.Queue.Kept = null;
        if (kept.Node.Kept == kept)
        {
            kept.Node.Kept = null;
        }
    }
}
