using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;

namespace Dpu.Domain.Tests.Scheduling;

/// <summary>A scheduler beside a naive account of what it was told and what it proposed.</summary>
internal sealed class SchedulerBench(SchedulingPolicy? policy = null)
{
    public static readonly DateTimeOffset Start = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);

    private readonly Scheduler _scheduler = new(policy ?? SchedulingPolicy.Usual);

    /// <summary>What time it is; it passes only when a test says so.</summary>
    public DateTimeOffset Now { get; set; } = Start;

    /// <summary>When the scheduler wants to be asked again although nothing was told.</summary>
    public DateTimeOffset? LookAgainAt { get; private set; }

    public Dictionary<string, (Resources Capacity, bool Up)> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Nodes that operators drained.</summary>
    public HashSet<string> Drained { get; } = new(StringComparer.Ordinal);

    public Dictionary<JobId, JobDemand> Jobs { get; } = [];

    /// <summary>Tasks that may be proposed.</summary>
    public HashSet<(JobId Job, int Task)> Ready { get; } = [];

    /// <summary>Tasks that hold something, and where.</summary>
    public Dictionary<(JobId Job, int Task), string> Held { get; } = [];

    public List<string> Log { get; } = [];

    public Scheduler Scheduler => _scheduler;

    /// <summary>Programs that nodes do not have.</summary>
    public Dictionary<string, ImmutableArray<string>> Lacking { get; } = new(StringComparer.Ordinal);

    /// <summary>When the time of nodes ends.</summary>
    public Dictionary<string, DateTimeOffset> Ends { get; } = new(StringComparer.Ordinal);

    public void Join(string node, Resources capacity, params string[] tags)
    {
        Nodes[node] = (capacity, true);
        _scheduler.Advance(Now);
        _scheduler.NodeJoined(node, Guid.Empty, capacity, [.. tags], NodeAbout.Nothing with
        {
            Missing = Lacking.GetValueOrDefault(node, []),
            EndsAt = Ends.TryGetValue(node, out var end) ? end : null,
        });
    }

    public void Leave(string node, NodeAbsence absence = default)
    {
        if (Nodes.TryGetValue(node, out var known))
        {
            Nodes[node] = known with { Up = false };
            _scheduler.Advance(Now);
            _scheduler.NodeLeft(node, absence);
        }
    }

    public void Drain(string node)
    {
        Drained.Add(node);
        _scheduler.Drain(Drained);
    }

    public void Resume(string node)
    {
        Drained.Remove(node);
        _scheduler.Drain(Drained);
    }

    public void Reconfigure(SchedulingPolicy policy)
    {
        _scheduler.Advance(Now);
        _scheduler.Reconfigure(policy);
    }

    /// <summary>A node is not waited for any longer: its jobs say that what ran there is lost, and that it can be started.</summary>
    public void Lose(string node)
    {
        Leave(node);
        _scheduler.Advance(Now);
        _scheduler.NodeLost(node, "it was silent");
        foreach (var (job, task) in Held.Where(held => held.Value == node).Select(held => held.Key).ToList())
        {
            Free(job, FreedTask.Lost(task));
            Release(job, task);
        }
    }

    public void Announce(JobDemand demand)
    {
        End(demand.Job);
        Jobs[demand.Job] = demand;
        _scheduler.JobAnnounced(demand);
        foreach (var task in demand.Startable.SelectMany(range => Enumerable.Range(range.First, range.Count)))
        {
            Ready.Add((demand.Job, task));
        }

        foreach (var running in demand.Running)
        {
            Held[(demand.Job, running.Task)] = running.Node;
        }
    }

    public void Release(JobId job, params int[] tasks)
    {
        var possible = tasks.Where(task => !Held.ContainsKey((job, task))).ToArray();
        _scheduler.Released(job, TaskRangeBuilder.From(possible), []);
        if (Jobs.ContainsKey(job))
        {
            Ready.UnionWith(possible.Select(task => (job, task)));
        }
    }

    public void Free(JobId job, double? seconds, params int[] tasks)
    {
        Free(job, [.. tasks.Select(task => seconds is null ? FreedTask.Refused(task) : FreedTask.Ended(task, null, seconds))]);
    }

    public void Free(JobId job, params FreedTask[] tasks)
    {
        _scheduler.Advance(Now);
        _scheduler.Freed(job, [.. tasks]);
        foreach (var task in tasks)
        {
            Held.Remove((job, task.Task));
        }
    }

    /// <summary>Why the tasks of a job wait, in the order of its steps.</summary>
    public List<WaitReason> Why(JobId job) => [.. _scheduler.Why(job, Now).Steps.Select(step => step.Reason)];

    public NodeStatus Status(string node) => _scheduler.Nodes().Single(status => status.Name == node);

    public void End(JobId job)
    {
        _scheduler.JobEnded(job);
        Jobs.Remove(job);
        Ready.RemoveWhere(task => task.Job == job);
        foreach (var held in Held.Keys.Where(held => held.Job == job).ToList())
        {
            Held.Remove(held);
        }
    }

    /// <summary>Plans, and checks that every proposal is of a task that could be proposed.</summary>
    public ImmutableArray<Assignment> Plan()
    {
        var (assignments, lookAgainAt) = _scheduler.Plan(Now);
        LookAgainAt = lookAgainAt;
        foreach (var assignment in assignments)
        {
            Log.Add($"{assignment.Job} on {assignment.Node}: {string.Join(' ', assignment.Tasks)}");
            Nodes[assignment.Node].Up.ShouldBeTrue();
            Drained.ShouldNotContain(assignment.Node);
            Lacking.GetValueOrDefault(assignment.Node, []).Intersect(assignment.Tasks.SelectMany(task => StepOf(assignment.Job, task).Programs)).ShouldBeEmpty();
            foreach (var task in assignment.Tasks)
            {
                Ready.Remove((assignment.Job, task)).ShouldBeTrue($"{assignment.Job}/{task} was proposed and was not ready");
                Held.Add((assignment.Job, task), assignment.Node);
            }
        }

        _scheduler.ReadyCount.ShouldBe(Ready.Count);
        _scheduler.ReservedCount.ShouldBe(Held.Count);
        return assignments;
    }

    public Resources NeedOf(JobId job, int task) => StepOf(job, task).Resources;

    private StepNeed StepOf(JobId job, int task) => Jobs[job].Steps.Last(step => step.First <= task);

    public Resources HeldOn(string node)
    {
        var needs = Held.Where(held => held.Value == node).Select(held => NeedOf(held.Key.Job, held.Key.Task)).ToList();
        return new Resources(needs.Sum(need => need.Cpus), needs.Sum(need => need.MemoryBytes));
    }

    public static StepNeed Need(int first, int count, Resources resources, StepRules? rules = null, string recipe = "Recipe") =>
        new(first, count, resources, recipe, rules ?? StepRules.Usual);

    /// <summary>A job of one step, all of whose tasks can be started.</summary>
    public static JobDemand Simple(
        int job, int tasks, Resources need, StepRules? rules = null, string user = "user", int priority = 0, string recipe = "Recipe") =>
        Demand(job, priority, [Need(0, tasks, need, rules, recipe)], [new TaskRange(0, tasks)], user: user);

    public static JobDemand Demand(
        int job, int priority, ImmutableArray<StepNeed> steps, ImmutableArray<TaskRange> startable, ImmutableArray<Reservation> running = default, string user = "user") =>
        new(new JobId(job), user, priority, Start.AddSeconds(job), steps, startable, running.IsDefault ? [] : running, []);
}
