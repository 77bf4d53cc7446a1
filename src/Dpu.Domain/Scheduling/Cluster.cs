using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>The nodes, and which of them can be given something now.</summary>
internal sealed class Cluster(HealthPolicy policy)
{
    /// <summary>How long a node that left is shown: nodes of a batch system come under ever new names.</summary>
    private static readonly TimeSpan LeftIsShown = TimeSpan.FromHours(1);

    /// <summary>The same for one that was lost, which somebody may want to look into.</summary>
    private static readonly TimeSpan LostIsShown = TimeSpan.FromDays(7);

    private readonly SortedDictionary<string, KnownNode> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _drained = new(StringComparer.Ordinal);
    private readonly NodeHealth _health = new(policy);
    private KnownNode[] _usable = [];
    private long _version;

    /// <summary>All nodes, by name.</summary>
    public IReadOnlyCollection<KnownNode> All => _nodes.Values;

    /// <summary>Nodes that can be given something, as far as they have room, by name.</summary>
    public IReadOnlyList<KnownNode> Usable => _usable;

    /// <summary>When the next quarantined node is given its one task; null when none waits for that.</summary>
    public DateTimeOffset? NextProbe => _nodes.Values.Where(node => node.TakesWork).Min(node => _health.ProbeAt(node.Name));

    public KnownNode Named(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            node = new KnownNode(name) { Drained = _drained.Contains(name) };
            _nodes.Add(name, node);
        }

        return node;
    }

    public KnownNode? Find(string name) => _nodes.GetValueOrDefault(name);

    public bool IsQuarantined(KnownNode node) => _health.IsQuarantined(node.Name);

    public string? WhyQuarantined(KnownNode node) => _health.Reason(node.Name);

    public DateTimeOffset? ProbeAt(KnownNode node) => _health.ProbeAt(node.Name);

    public void Join(KnownNode node, Guid incarnation, Resources capacity, NameSet tags, NodeAbout about, DateTimeOffset now)
    {
        if (node.Incarnation != incarnation)
        {
            _health.StartedAnew(node.Name, now);
        }

        node.JoinedAt = node.Up ? node.JoinedAt : now;
        (node.Incarnation, node.Capacity, node.Tags, node.Up) = (incarnation, capacity, tags, true);
        (node.About, node.Missing) = (about, NameSet.Of(about.Missing));
        (node.AwaySince, node.LostAt, node.LeftInOrder, node.LostBecause) = (null, null, false, null);
        _version++;
    }

    public static void Leave(KnownNode node, NodeAbsence absence, DateTimeOffset now)
    {
        node.AwaySince ??= now - absence.Silent;
        node.LostAt = absence.LostAfter is { } time ? now + time : null;
        node.LeftInOrder |= absence.InOrder;
        node.Up = false;
    }

    public static void Lose(KnownNode node, string reason, DateTimeOffset now)
    {
        node.AwaySince ??= now;
        (node.LostAt, node.LostBecause, node.Up) = (null, reason, false);
    }

    /// <summary>These nodes are drained, and no others. Those of them that are known and were not are returned, and those that are no more.</summary>
    public (IReadOnlyList<KnownNode> Drained, IReadOnlyList<KnownNode> Resumed) Drain(IReadOnlyCollection<string> names)
    {
        _drained.Clear();
        _drained.UnionWith(names);
        var drained = _nodes.Values.Where(node => !node.Drained && _drained.Contains(node.Name)).ToList();
        var resumed = _nodes.Values.Where(node => node.Drained && !_drained.Contains(node.Name)).ToList();
        drained.ForEach(static node => node.Drained = true);
        resumed.ForEach(static node => node.Drained = false);
        return (drained, resumed);
    }

    /// <summary>Nodes are judged by other rules from now on; what is quarantined stays so until its task.</summary>
    public void Reconfigure(HealthPolicy policy) => _health.Policy = policy;

    /// <summary>Ends a quarantine; again is a no-op.</summary>
    public void Release(KnownNode node) => _health.Release(node.Name);

    /// <summary>Finds out what can be given something now, at the beginning of a plan.</summary>
    public void Refresh(DateTimeOffset now)
    {
        ForgetThoseWhoWent(now);
        var up = _nodes.Values.Where(node => node.TakesWork).ToArray();
        if (!up.Any(node => !IsQuarantined(node)))
        {
            // The well ones have left: an ill node is better than none.
            foreach (var node in up)
            {
                _health.Release(node.Name);
            }
        }

        var usable = up.Where(node => !IsQuarantined(node) || ProbeAt(node) <= now).ToArray();
        if (!usable.AsSpan().SequenceEqual(_usable))
        {
            _usable = usable;
            _version++;
        }
    }

    private void ForgetThoseWhoWent(DateTimeOffset now)
    {
        foreach (var node in _nodes.Values.Where(node => IsOver(node, now)).ToArray())
        {
            _nodes.Remove(node.Name);
            _health.Forget(node.Name);
        }
    }

    private static bool IsOver(KnownNode node, DateTimeOffset now) =>
        node is { Up: false, AwaySince: { } since, Placed.Count: 0, ChosenBy.Count: 0 }
        && (node.LostBecause is not null ? since + LostIsShown : node.LeftInOrder ? since + LeftIsShown : DateTimeOffset.MaxValue) <= now;

    /// <summary>Whether a node can be given something at this point of a plan.</summary>
    public bool MayBeGiven(KnownNode node) => !IsQuarantined(node) || ProbeAt(node) is not null;

    /// <summary>The nodes that tasks of a class may run on.</summary>
    public KnownNode[] EligibleFor(WaitClass @class)
    {
        if (@class.EligibleAsOf != _version)
        {
            @class.EligibleAsOf = _version;
            var shape = @class.Key.Shape;
            var fitting = _usable.Where(node => Fits(shape, node)).ToArray();
            var wanted = fitting.Where(node => !shape.Avoid.Contains(node.Name)).ToArray();
            @class.Eligible = wanted.Length > 0 ? wanted : fitting;
        }

        return @class.Eligible;
    }

    /// <summary>Whether such a task could run on a node that has nothing else to do.</summary>
    public static bool Fits(Shape shape, KnownNode node) =>
        shape.Need.FitsIn(node.Capacity)
        && (shape.Host is null || shape.Host == node.Name)
        && shape.Tags.Names.All(node.Tags.Contains)
        && shape.Programs.IsDisjointFrom(node.Missing);

    public void ProbeGiven(KnownNode node) => _health.ProbeGiven(node.Name);

    /// <summary>A task that was given to a node vanished without an end.</summary>
    public void Vanished(Placed placed)
    {
        if (placed.IsProbe)
        {
            _health.ProbeVanished(placed.Node.Name);
        }
    }

    /// <summary>A task holds nothing of a node any more.</summary>
    public void Told(Placed placed, FreedTask task, DateTimeOffset now)
    {
        var name = placed.Node.Name;
        if (placed.IsProbe && task is { By: FreedBy.End, Cause: not (FailureCause.Cancelled or FailureCause.Returned) })
        {
            _health.ProbeEnded(name, task.Normal, now);
        }
        else
        {
            Vanished(placed);
        }

        if (IsQuarantined(placed.Node))
        {
            // What was begun before says nothing about how it is now.
            return;
        }

        _health.Ended(name, placed.Job.Id, placed.Step.Need.Recipe, task);
        if (!task.Normal && _health.IsIll(name) && _nodes.Values.Any(other => other.TakesWork && other != placed.Node && !IsQuarantined(other)))
        {
            _health.Isolate(name, now);
        }
    }
}
