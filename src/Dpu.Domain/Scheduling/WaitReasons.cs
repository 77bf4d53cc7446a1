using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Finds the constraint that binds, for people.</summary>
internal sealed class WaitReasons(SchedulingPolicy policy, Cluster cluster, Shares shares, WaitingIndex waiting, Holdings holdings)
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
        var (state, reason) = node.Up switch
        {
            false => (NodeState.Away, "it cannot be reached; what runs there may run on"),
            _ when cluster.IsQuarantined(node) => (NodeState.Quarantined, WhyQuarantined(node)),
            _ => (NodeState.Up, null),
        };
        return new NodeStatus(node.Name, state, reason, node.Capacity, node.Held, node.Placed.Count, node.Tags.Names);
    }

    private string WhyQuarantined(KnownNode node)
    {
        var probe = cluster.ProbeAt(node) is { } at
            ? string.Create(CultureInfo.InvariantCulture, $"it is given one task to try at {at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}")
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

        var fitting = tagged.FindAll(node => queue.Need.FitsIn(node.Capacity));
        if (fitting.Count == 0)
        {
            return new WaitReason.TooLarge(queue.Need, Largest(queue.Need, tagged));
        }

        return Limit(queue) ?? WhyNotOn(queue, fitting);
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
            return new WaitReason.Limited("user", user.Name, user.Running, policy.RunningPerUserMax!.Value);
        }

        return policy.RecipeLimits.TryGetValue(recipe, out var max) && holdings.RunningOf(recipe) >= max
            ? new WaitReason.Limited("recipe", recipe, holdings.RunningOf(recipe), max)
            : null;
    }

    private WaitReason WhyNotOn(WaitQueue queue, List<KnownNode> fitting)
    {
        var well = fitting.FindAll(node => !cluster.IsQuarantined(node));
        if (well.Count == 0)
        {
            return new WaitReason.NodesUnfit([.. fitting.Select(node => node.Name)], nameof(NodeState.Quarantined));
        }

        if (queue.Key.Near is { } near)
        {
            return new WaitReason.DataElsewhere(near, queue.Key.NearUntil);
        }

        var open = well.FindAll(node => !queue.Step.IsFull(node));
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
