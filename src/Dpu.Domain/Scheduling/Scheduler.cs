using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;

namespace Dpu.Domain.Scheduling;

/// <summary>What could run now, and when to ask again although nothing was told.</summary>
/// <param name="Assignments">Proposals; they hold their nodes' resources until the job refuses them or the tasks end.</param>
/// <param name="LookAgainAt">When something becomes possible by time alone; null when nothing does.</param>
public sealed record Proposals(ImmutableArray<Assignment> Assignments, DateTimeOffset? LookAgainAt);

/// <summary>
/// Which startable task runs where: a function of what it was told, in the order in which it was told, and of the time that was handed in; no
/// clock, no chance. Priority first, then who has used less lately, then age; within a job later steps first.
/// </summary>
public sealed class Scheduler
{
    private readonly PolicyInForce _policy;
    private readonly Dictionary<JobId, KnownJob> _jobs = [];
    private readonly Cluster _cluster;
    private readonly Shares _shares;
    private readonly WaitingIndex _waiting;
    private readonly Holdings _holdings;
    private readonly Proposer _proposer;
    private readonly WaitReasons _reasons;

    public Scheduler(SchedulingPolicy policy)
    {
        _policy = new PolicyInForce(policy);
        _cluster = new Cluster(policy.Health);
        _shares = new Shares(_policy);
        _waiting = new WaitingIndex(_policy);
        _holdings = new Holdings(_policy, _shares, _waiting);
        _proposer = new Proposer(_policy, _cluster, _waiting, _holdings);
        _reasons = new WaitReasons(_policy, _cluster, _shares, _waiting, _holdings);
    }

    /// <summary>Tasks that could run and hold no resources.</summary>
    public long ReadyCount => _jobs.Values.Sum(job => job.Steps.Sum(step => step.Queues.Values.Sum(queue => (long)queue.Tasks.Count)));

    /// <summary>Tasks that hold resources of a node, as far as is known.</summary>
    public long ReservedCount => _jobs.Values.Sum(job => (long)job.Placed.Count);

    /// <summary>It is now at least this late; what is told from now on happens then.</summary>
    public void Advance(DateTimeOffset now) => _shares.Advance(now);

    /// <summary>
    /// Another policy holds from now on. What runs goes on, also beyond a limit that is lower now; what has been used and what waits is remembered, and
    /// whoever waits for its data's node already waits as long as it was to.
    /// </summary>
    public void Reconfigure(SchedulingPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _shares.Reconfigure(() => _policy.Now = policy);
        _cluster.Reconfigure(policy.Health);
        _holdings.Recount(_jobs.Values.SelectMany(job => job.Placed.Values));
        foreach (var step in _jobs.Values.SelectMany(job => job.Steps))
        {
            _waiting.File(step);
        }
    }

    /// <summary>A node can be given work, also after an absence; what jobs say they run there stays reserved.</summary>
    public void NodeJoined(string name, Guid incarnation, Resources capacity, ImmutableArray<string> tags, NodeAbout? about = null) =>
        _cluster.Join(_cluster.Named(name), incarnation, capacity, NameSet.Of(tags), about ?? NodeAbout.Nothing, _shares.Now);

    /// <summary>A node is given nothing more; its reservations stay until their tasks end or are lost.</summary>
    public void NodeLeft(string name, NodeAbsence absence = default)
    {
        var node = _cluster.Named(name);
        Cluster.Leave(node, absence, _shares.Now);
        ForgetChoices(node);
    }

    /// <summary>A node is not waited for any longer, and forgotten if it does not come back; its reservations stay until their tasks are told lost.</summary>
    public void NodeLost(string name, string reason)
    {
        var node = _cluster.Named(name);
        Cluster.Lose(node, reason, _shares.Now);
        ForgetChoices(node);
    }

    /// <summary>
    /// Operators drained these nodes and no others, whether or not they are known yet: they are given nothing, and what runs there goes on. Told are the
    /// known ones whose state has changed by that.
    /// </summary>
    public (ImmutableArray<string> Drained, ImmutableArray<string> Resumed) Drain(IReadOnlyCollection<string> names)
    {
        var (drained, resumed) = _cluster.Drain(names);
        foreach (var node in drained)
        {
            ForgetChoices(node);
        }

        return ([.. drained.Select(node => node.Name)], [.. resumed.Select(node => node.Name)]);
    }

    /// <summary>Whether operators drained a node.</summary>
    public bool IsDrained(string name) => _cluster.Find(name) is { Drained: true };

    /// <summary>A node is well, as far as an operator can tell; again is a no-op.</summary>
    public void NodeReleased(string name)
    {
        if (_cluster.Find(name) is { } node)
        {
            _cluster.Release(node);
        }
    }

    private void ForgetChoices(KnownNode node)
    {
        foreach (var step in node.ChosenBy.ToArray())
        {
            _holdings.Change(step, static bound => bound.ForgetLostChoice());
        }
    }

    /// <summary>Jobs that hold resources of a node.</summary>
    public IEnumerable<JobId> JobsOn(string name) => _cluster.Find(name) is { } node
        ? node.Placed.Select(placed => placed.Job.Id).Distinct().OrderBy(id => id.Value)
        : [];

    /// <summary>Replaces all that was known of a job; what was learnt of it is kept.</summary>
    public void JobAnnounced(JobDemand demand)
    {
        var earlier = Forget(demand.Job);
        var job = new KnownJob(demand, _shares.Of(demand.User));
        Learn(job, demand.Needs);
        job.User.Jobs++;
        _jobs.Add(job.Id, job);
        if (earlier is { } known && known.Job.Steps.Length == job.Steps.Length)
        {
            Inherit(known.Job, job);
        }

        foreach (var running in demand.Running)
        {
            Hold(job, running, earlier?.Placed.Find(placed => placed.Task == running.Task && placed.Node.Name == running.Node));
        }

        Released(job.Id, demand.Startable, []);
    }

    /// <summary>More tasks of a job may be started.</summary>
    /// <param name="id">The job.</param>
    /// <param name="tasks">Its tasks.</param>
    /// <param name="needs">What some of them need from now on.</param>
    public void Released(JobId id, ImmutableArray<TaskRange> tasks, ImmutableArray<TaskNeed> needs)
    {
        if (!_jobs.TryGetValue(id, out var job))
        {
            return;
        }

        Learn(job, needs);
        foreach (var range in tasks)
        {
            var first = range.First;
            while (first < range.End)
            {
                var step = job.StepOf(first);
                var end = step.Index + 1 < job.Steps.Length ? Math.Min(range.End, job.Steps[step.Index + 1].Need.First) : range.End;
                _waiting.Add(step, new TaskRange(first, end - first), need => NearUntil(step, need));
                first = end;
            }
        }
    }

    /// <summary>Tasks hold nothing any more: they ended, were lost, or their assignment was refused.</summary>
    public void Freed(JobId id, ImmutableArray<FreedTask> tasks)
    {
        if (!_jobs.TryGetValue(id, out var job))
        {
            return;
        }

        foreach (var task in tasks)
        {
            if (!job.Placed.TryGetValue(task.Task, out var placed))
            {
                continue;
            }

            _holdings.TakeBack(placed, task.Seconds);
            _cluster.Told(placed, task, _shares.Now);
            if (task is { Normal: true, Seconds: { } seconds })
            {
                _holdings.Learn(placed.Step, seconds);
            }
        }
    }

    /// <summary>Forgets a job and frees whatever it held.</summary>
    public void JobEnded(JobId id) => Forget(id);

    /// <summary>Proposes as much as fits now, and reserves it.</summary>
    public Proposals Plan(DateTimeOffset now)
    {
        _shares.Advance(now);
        _cluster.Refresh(_shares.Now);
        _waiting.EndNearWaits(_shares.Now);
        var assignments = _proposer.Propose(_shares.Now);
        var (near, probe) = (_waiting.NextNearEnd, _waiting.IsEmpty ? null : _cluster.NextProbe);
        return new Proposals(assignments, near < probe || probe is null ? near : probe);
    }

    /// <summary>Why startable tasks of a job wait. To be asked behind <see cref="Plan"/>: before, they may wait for nothing but that.</summary>
    public JobWaits Why(JobId id, DateTimeOffset now)
    {
        _shares.Advance(now);
        return new JobWaits(id, _jobs.TryGetValue(id, out var job) ? _reasons.Of(job) : [], Nodes());
    }

    /// <summary>All nodes that are known, by name.</summary>
    public ImmutableArray<NodeStatus> Nodes() => [.. _cluster.All.Select(_reasons.StatusOf)];

    /// <summary>How many more nodes of a shape what waits could use. What may run only where something is, or runs as often as it may, needs none.</summary>
    public QueueNeed Need(PilotShape shape)
    {
        var need = new QueueNeed(shape);
        foreach (var ofUser in _waiting.Classes.SelectMany(@class => @class.Lines).GroupBy(line => line.User))
        {
            var left = _policy.Now.RunningPerUserMax is { } perUser ? Math.Max(perUser - ofUser.Key.Running, 0) : long.MaxValue;
            foreach (var queue in ofUser.SelectMany(line => line.Queues).Where(queue => queue.Key is { Host: null, Near: null } && queue.Step.Chosen is null))
            {
                var count = Math.Min(Math.Min(queue.Tasks.Count, MayRunOf(queue.Step)), left);
                need.Add(count, queue.Need, queue.Step.Tags.Names, queue.Step.Seconds);
                left -= count;
            }
        }

        return need;
    }

    /// <summary>At most so many more tasks of a step; of a recipe's limit what runs of it is not taken off.</summary>
    private long MayRunOf(KnownStep step) => Math.Min(
        step.Rules.MaxAtOnce is { } max ? max - step.Running : int.MaxValue,
        _policy.Now.RecipeLimits.GetValueOrDefault(step.Need.Recipe, int.MaxValue));

    private static void Inherit(KnownJob from, KnownJob to)
    {
        foreach (var (earlier, step) in from.Steps.Zip(to.Steps))
        {
            step.MeanSeconds = earlier.MeanSeconds;
            if (step.Rules.Placement.Kind == PlacementKind.SingleNode && earlier.Chosen is { TakesWork: true } chosen)
            {
                step.Choose(chosen);
            }
        }
    }

    private void Hold(KnownJob job, Reservation running, Placed? earlier)
    {
        var step = job.StepOf(running.Task);
        var memory = job.NeedOf(running.Task)?.MemoryBytes ?? step.Need.Resources.MemoryBytes;
        var placed = new Placed(step, running.Task, _cluster.Named(running.Node), step.Need.Resources with { MemoryBytes = memory }, running.Since)
        {
            IsProbe = earlier is { IsProbe: true },
        };
        _holdings.Give(placed, earlier is null ? running.Since : _shares.Now);
        if (placed.IsProbe)
        {
            _cluster.ProbeGiven(placed.Node);
        }
    }

    /// <summary>Where there is one node all data are as near as they can be: a job of a million tasks is then not kept task by task.</summary>
    private void Learn(KnownJob job, ImmutableArray<TaskNeed> needs)
    {
        foreach (var need in needs)
        {
            if (need.MemoryBytes is not null || !need.Avoid.IsEmpty || _cluster.All.Count != 1 || job.NeedOf(need.Task) is not null)
            {
                job.Learn(need);
            }
        }
    }

    /// <summary>Until when a task waits for the node that has its data; null when it need not try.</summary>
    private DateTimeOffset? NearUntil(KnownStep step, TaskNeed need)
    {
        var shape = new Shape(
            step.Need.Resources with { MemoryBytes = need.MemoryBytes ?? step.Need.Resources.MemoryBytes }, step.Tags, need.Near, default, step.Programs);
        var isThere = _cluster.Find(need.Near!) is { TakesWork: true } node && Cluster.Fits(shape, node);
        if (!isThere || _policy.Now.LocalityWait <= TimeSpan.Zero || (!need.Avoid.IsDefault && need.Avoid.Contains(need.Near!)))
        {
            return null;
        }

        // Rounded, so that tasks that are released one by one share a few queues.
        var grain = Math.Max(1, _policy.Now.LocalityWait.Ticks / 4);
        var end = _shares.Now + _policy.Now.LocalityWait;
        return new DateTimeOffset((end.UtcTicks + grain - 1) / grain * grain, TimeSpan.Zero);
    }

    private (KnownJob Job, List<Placed> Placed)? Forget(JobId id)
    {
        if (!_jobs.Remove(id, out var job))
        {
            return null;
        }

        foreach (var queue in job.Steps.SelectMany(step => step.Queues.Values).ToArray())
        {
            _waiting.Drop(queue);
        }

        var held = job.Placed.Values.ToList();
        foreach (var placed in held)
        {
            _holdings.TakeBack(placed, null);
            _cluster.Vanished(placed);
        }

        foreach (var step in job.Steps)
        {
            step.Chosen?.ChosenBy.Remove(step);
        }

        job.User.Jobs--;
        return (job, held);
    }
}
