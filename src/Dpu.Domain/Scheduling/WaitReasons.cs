using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Finds the constraint that binds, for people.</summary>
internal sealed class WaitReasons(PolicyInForce policy, Cluster cluster, Shares shares, WaitingIndex waiting, Holdings holdings)
{
    /// <summary>For each step and reason how many tasks wait.</summary>
    public ImmutableArray<StepWait> Of(KnownJob job) =>
    [
        .. from step in job.Steps
           from queue in step.Queues.Values
           group queue.Tasks.Count by (step.Index, Reason: Why(queue)) into alike
           orderby alike.Key.Index
           select new StepWait(alike.Key.Index, alike.Sum(), alike.Key.Reason),
    ];

    public NodeStatus StatusOf(KnownNode node)
    {
        var (state, reason) = StateOf(node);
        return new NodeStatus(node.Name, state, reason, node.Capacity, node.Held, node.Placed.Count, node.Tags.Names)
        {
            Connected = node.Up,
            Drained = node.Drained,
            Waiting = node.Placed.Count - node.RunningAtOnce(),
            About = node.About,
            JoinedAt = node.JoinedAt,
            LastHeard = node.JoinedAt is null ? null : node.AwaySince,
            LostAt = node.LostAt,
        };
    }

    private (NodeState State, string? Reason) StateOf(KnownNode node) => node switch
    {
        { LostBecause: { } because } => (NodeState.Lost, $"{because}; it is given work again when it joins"),
        { Up: false, LeftInOrder: true, Placed.Count: 0 } => (NodeState.Left, $"it was stopped in order{Since(node)}"),
        { Up: false } => (NodeState.CutOff, WhyCutOff(node)),
        { Drained: true } => (NodeState.Draining, WhatDrains(node)),
        _ when cluster.IsQuarantined(node) => (NodeState.Quarantined, WhyQuarantined(node)),
        _ => (NodeState.Up, null),
    };

    private static string WhyCutOff(KnownNode node)
    {
        var what = node.LeftInOrder ? $"it was stopped{Since(node)}" : node.JoinedAt is null ? "it has not joined since the start of this frontend" : $"it cannot be reached{Since(node)}";
        var then = node switch
        {
            { Placed.Count: 0 } => "nothing runs there",
            { LostAt: { } at } => $"what runs there may run on, and is taken for lost at {Time(at)} unless it is back",
            _ => "what runs there may run on",
        };
        return $"{what}; {then}{(node.Drained ? "; it is drained" : "")}";
    }

    private static string WhatDrains(KnownNode node) => node.Placed.Count switch
    {
        0 => "it was drained, and nothing runs there",
        1 => "it was drained; 1 task there may end",
        _ => string.Create(CultureInfo.InvariantCulture, $"it was drained; {node.Placed.Count} tasks there may end"),
    };

    private static string Since(KnownNode node) => node.AwaySince is { } since ? $" since {Time(since)}" : "";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private string WhyQuarantined(KnownNode node)
    {
        var probe = cluster.ProbeAt(node) is { } at
            ? $"it is given one task to try at {Time(at)}"
            : "one task is trying it";
        return $"{cluster.WhyQuarantined(node)}; {probe}";
    }

    private WaitReason Why(WaitQueue queue)
    {
        var up = cluster.All.Where(node => node.Up).ToList();
        if (up.Count == 0)
        {
            return new WaitReason.NoNode();
        }

        return (queue.Key.Host ?? queue.Step.Chosen?.Name) is { } host
            ? WhyOn(queue, host, up.FindAll(node => node.Name == host))
            : WhyAmong(queue, up);
    }

    private WaitReason WhyOn(WaitQueue queue, string host, List<KnownNode> nodes) =>
        nodes.Count == 0 ? new WaitReason.HostAway(host) : WhyAmong(queue, nodes);

    private WaitReason WhyAmong(WaitQueue queue, List<KnownNode> nodes)
    {
        var tagged = nodes.FindAll(node => queue.Step.Tags.Names.All(node.Tags.Contains));
        if (tagged.Count == 0)
        {
            return new WaitReason.TagsMissing(queue.Step.Tags.Names);
        }

        var able = tagged.FindAll(node => queue.Step.Programs.IsDisjointFrom(node.Missing));
        if (able.Count == 0)
        {
            return new WaitReason.ProgramMissing(queue.Step.Need.Recipe, WhatIsMissing(queue.Step.Programs.Names, tagged));
        }

        var fitting = able.FindAll(node => queue.Need.FitsIn(node.Capacity));
        if (fitting.Count == 0)
        {
            return new WaitReason.TooLarge(queue.Need, Largest(queue.Need, able));
        }

        return Limit(queue) ?? WhyNotOn(queue, fitting);
    }

    /// <summary>A node that has all programs and is only too old says something else than one that lacks them.</summary>
    private static ImmutableArray<string> WhatIsMissing(ImmutableArray<string> programs, List<KnownNode> nodes)
    {
        var real = programs.Remove(NodeAbout.Shipping);
        return real.Length < programs.Length && nodes.Exists(node => !real.Any(node.Missing.Contains)) ? [NodeAbout.Shipping] : real;
    }

    /// <summary>The node that comes nearest: among those with enough cpus the one with the most memory, else the one with the most cpus.</summary>
    private static Resources Largest(Resources need, List<KnownNode> nodes) =>
        nodes.Select(node => node.Capacity)
            .OrderByDescending(capacity => Math.Min(capacity.Cpus, need.Cpus))
            .ThenByDescending(capacity => capacity.MemoryBytes)
            .ThenByDescending(capacity => capacity.Cpus)
            .First();

    private WaitReason? Limit(WaitQueue queue)
    {
        var (step, user, recipe) = (queue.Step, queue.Job.User, queue.Step.Need.Recipe);
        if (step.AtLimit)
        {
            return new WaitReason.Limited("step", recipe, step.Running, step.Rules.MaxAtOnce!.Value);
        }

        if (user.AtLimit)
        {
            return new WaitReason.Limited("user", user.Name, user.Running, policy.Now.RunningPerUserMax!.Value);
        }

        return policy.Now.RecipeLimits.TryGetValue(recipe, out var max) && holdings.RunningOf(recipe) >= max
            ? new WaitReason.Limited("recipe", recipe, holdings.RunningOf(recipe), max)
            : null;
    }

    private WaitReason WhyNotOn(WaitQueue queue, List<KnownNode> fitting)
    {
        var well = fitting.FindAll(node => !node.Drained && !cluster.IsQuarantined(node));
        if (well.Count == 0)
        {
            // An operator can let one go on that he drained; the others are ill.
            var drained = fitting.FindAll(node => node.Drained);
            return drained.Count > 0
                ? new WaitReason.NodesUnfit([.. drained.Select(node => node.Name)], NodeState.Draining)
                : new WaitReason.NodesUnfit([.. fitting.Select(node => node.Name)], NodeState.Quarantined);
        }

        var lasting = well.FindAll(node => node.HasTimeFor(queue.Step.Seconds, shares.Now));
        if (lasting.Count == 0)
        {
            var last = well.MaxBy(node => node.About.EndsAt)!;
            return new WaitReason.TooLong(queue.Step.Seconds!.Value, last.Name, last.About.EndsAt!.Value);
        }

        if (queue.Key.Near is { } near)
        {
            return new WaitReason.DataElsewhere(near, queue.Key.NearUntil);
        }

        var open = lasting.FindAll(node => !queue.Step.IsFull(node));
        if (open.Count == 0)
        {
            return new WaitReason.NodesFull(queue.Step.Rules.MaxPerNode!.Value);
        }

        var keeping = queue.Kept ?? open.Find(node => node.Kept is not null && queue.Need.FitsIn(node.Free))?.Kept;
        return keeping is not null
            ? new WaitReason.Reserved(keeping.Queue.Job.Id, keeping.Node.Name, keeping.Until)
            : WhoIsBefore(queue) ?? Busy(queue, open);
    }

    private static WaitReason.Busy Busy(WaitQueue queue, List<KnownNode> nodes)
    {
        // Memory decides only where cpus do not.
        var most = nodes.Select(node => node.Free)
            .OrderByDescending(free => Math.Min(free.Cpus, queue.Need.Cpus))
            .ThenByDescending(free => free.MemoryBytes)
            .First();
        return new WaitReason.Busy(queue.Need, new Resources(Math.Max(0, most.Cpus), Math.Max(0, most.MemoryBytes)), nodes.Count);
    }

    /// <summary>Who waits for the same nodes and comes first; null when nobody does.</summary>
    private WaitReason? WhoIsBefore(WaitQueue queue)
    {
        if (queue.Line is not { } own)
        {
            return null;
        }

        var nodes = cluster.EligibleFor(own.Class);
        var others = waiting.Classes
            .Where(other => other.Key.Priority >= queue.Priority && !holdings.IsAtLimit(other.Key.Recipe) && cluster.EligibleFor(other).Intersect(nodes).Any())
            .SelectMany(other => other.Lines)
            .Where(line => !line.User.AtLimit)
            .ToList();
        var higher = others.FindAll(line => line.Class.Key.Priority > queue.Priority);
        if (higher.Count > 0)
        {
            return new WaitReason.Priority(
                queue.Priority,
                higher.Max(line => line.Class.Key.Priority),
                higher.Sum(line => line.Queues.Sum(waits => (long)waits.Tasks.Count)));
        }

        var user = queue.Job.User;
        var lowest = others.Where(line => line.User != user && line.User.Score < user.Score).MinBy(line => line.User.Score)?.User;
        if (lowest is not null)
        {
            var all = Math.Max(double.Epsilon, shares.All.Sum(shares.UsedBy));
            return new WaitReason.FairShare(shares.UsedBy(user) / all, shares.UsedBy(lowest) / all, lowest.Name);
        }

        var older = others.Where(line => line.User == user)
            .SelectMany(line => line.Queues)
            .Where(waits => waits.Job != queue.Job && WaitQueue.Compare(waits, queue) < 0)
            .ToList();
        return older.Count == 0
            ? null
            : new WaitReason.Age(older.MinBy(waits => waits.Job.SubmittedAt)!.Job.Id, older.Sum(waits => (long)waits.Tasks.Count));
    }
}
