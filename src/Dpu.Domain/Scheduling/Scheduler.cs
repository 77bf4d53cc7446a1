using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>
/// Which ready task runs where: a function of what it was told, in the order in which it was told; no clock, no chance.
/// Priority first, then age. It proposes; a proposal holds the node's resources until the job refuses it or the task ends.
/// </summary>
public sealed class Scheduler
{
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<JobId, Job> _jobs = [];
    private readonly SortedSet<Job> _ready = new(Job.ByPriorityThenAge);

    /// <summary>Tasks that could run and hold no resources.</summary>
    public long ReadyCount => _jobs.Values.Sum(job => (long)job.ReadyCount);

    /// <summary>Tasks that hold resources of a node, as far as is known.</summary>
    public long ReservedCount => _jobs.Values.Sum(job => (long)job.Reserved.Count);

    /// <summary>A node can be given work, also after an absence; what jobs say they run there stays reserved.</summary>
    public void NodeJoined(string name, Guid incarnation, Resources capacity)
    {
        var node = NodeNamed(name);
        node.Incarnation = incarnation;
        node.Capacity = capacity;
        node.Up = true;
    }

    /// <summary>A node is given nothing more; its reservations stay until their tasks end or are lost.</summary>
    public void NodeLeft(string name) => NodeNamed(name).Up = false;

    /// <summary>Jobs that hold resources of a node.</summary>
    public IEnumerable<JobId> JobsOn(string name) =>
        _jobs.Values.Where(job => job.Reserved.Values.Any(node => node.Name == name)).Select(job => job.Id).Order(Job.ByNumber);

    /// <summary>Replaces all that was known of a job.</summary>
    public void JobAnnounced(JobDemand demand)
    {
        JobEnded(demand.Job);
        var job = new Job(demand);
        _jobs.Add(job.Id, job);
        foreach (var running in demand.Running)
        {
            Reserve(job, running.Task, NodeNamed(running.Node));
        }

        Released(job.Id, demand.Startable);
    }

    /// <summary>More tasks of a job may be started.</summary>
    public void Released(JobId id, ImmutableArray<TaskRange> tasks)
    {
        if (!_jobs.TryGetValue(id, out var job))
        {
            return;
        }

        foreach (var range in tasks)
        {
            job.Release(range);
        }

        if (job.ReadyCount > 0)
        {
            _ready.Add(job);
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
            if (job.Reserved.Remove(task.Task, out var node))
            {
                node.Free(job.StepOf(task.Task));
                if (task is { Normal: true, Seconds: { } measured })
                {
                    job.StepOf(task.Task).Learn(measured);
                }
            }
        }
    }

    /// <summary>Why startable tasks of a job wait. To be asked behind <see cref="Plan"/>.</summary>
    public JobWaits Why(JobId id, DateTimeOffset now)
    {
        _ = now;
        var steps = _jobs.TryGetValue(id, out var job)
            ? job.Steps.Select((step, index) => (step, index)).Where(s => s.step.Ready.Count > 0).Select(s => new StepWait(s.index, s.step.Ready.Count, Why(s.step.Need)))
            : [];
        return new JobWaits(id, [.. steps], Nodes());
    }

    /// <summary>All nodes that are known, by name.</summary>
    public ImmutableArray<NodeStatus> Nodes() => [.. _nodes.Values.OrderBy(node => node.Name, StringComparer.Ordinal).Select(node => node.Status)];

    private WaitReason Why(Resources need)
    {
        var up = _nodes.Values.Where(node => node.Up).Select(node => node.Status).ToList();
        var fitting = up.Where(node => need.Cpus <= node.Capacity.Cpus && need.MemoryBytes <= node.Capacity.MemoryBytes).ToList();
        return (up, fitting) switch
        {
            ([], _) => new WaitReason.NoNode(),
            (_, []) => new WaitReason.TooLarge(need, new Resources(up.Max(node => node.Capacity.Cpus), up.Max(node => node.Capacity.MemoryBytes))),
            _ => new WaitReason.Busy(
                need,
                new Resources(fitting.Max(node => node.Capacity.Cpus - node.Held.Cpus), fitting.Max(node => node.Capacity.MemoryBytes - node.Held.MemoryBytes)),
                fitting.Count),
        };
    }

    /// <summary>Forgets a job and frees whatever it held.</summary>
    public void JobEnded(JobId id)
    {
        if (_jobs.Remove(id, out var job))
        {
            _ready.Remove(job);
            foreach (var (task, node) in job.Reserved)
            {
                node.Free(job.StepOf(task));
            }
        }
    }

    /// <summary>Proposes as much as fits now, and reserves it.</summary>
    public ImmutableArray<Assignment> Plan()
    {
        var nodes = _nodes.Values.Where(node => node.Up && node.HasRoom).OrderBy(node => node.Name, StringComparer.Ordinal).ToList();
        if (nodes.Count == 0 || _ready.Count == 0)
        {
            return [];
        }

        var assignments = ImmutableArray.CreateBuilder<Assignment>();
        foreach (var job in _ready.ToArray())
        {
            foreach (var node in nodes)
            {
                var tasks = Take(job, node);
                if (!tasks.IsEmpty)
                {
                    assignments.Add(new Assignment(job.Id, node.Name, node.Incarnation, tasks));
                }
            }

            if (job.ReadyCount == 0)
            {
                _ready.Remove(job);
            }

            if (!nodes.Exists(node => node.HasRoom))
            {
                break;
            }
        }

        return assignments.ToImmutable();
    }

    private static ImmutableArray<int> Take(Job job, Node node)
    {
        var tasks = ImmutableArray.CreateBuilder<int>();

        // Later steps first: what is half done is finished, and its inputs can go, before more is begun.
        for (var index = job.Steps.Length - 1; index >= 0; index--)
        {
            var step = job.Steps[index];
            while (step.Ready.Count > 0 && node.Fits(step) && step.Ready.TryTake(out var task))
            {
                Reserve(job, task, node);
                tasks.Add(task);
            }
        }

        return tasks.ToImmutable();
    }

    private static void Reserve(Job job, int task, Node node)
    {
        job.Reserved[task] = node;
        node.Reserve(job.StepOf(task));
    }

    private Node NodeNamed(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            node = new Node(name);
            _nodes.Add(name, node);
        }

        return node;
    }

    private sealed class Node(string name)
    {
        private int _cpusHeld;
        private long _memoryHeld;
        private readonly Dictionary<Step, int> _held = [];

        public string Name { get; } = name;

        public Guid Incarnation { get; set; }

        public Resources Capacity { get; set; }

        public bool Up { get; set; }

        public NodeStatus Status => new(
            Name,
            Up ? NodeState.Up : NodeState.Away,
            Up ? null : "it cannot be reached",
            Capacity,
            new Resources(_cpusHeld, _memoryHeld),
            _held.Values.Sum(),
            []);

        /// <summary>Whether anything at all could be given to it.</summary>
        public bool HasRoom => _cpusHeld < Capacity.Cpus || !HoldsLongTasks;

        public bool Fits(Step step) => FitsNow(step.Need) || MayGiveAhead(step);

        public void Reserve(Step step)
        {
            _cpusHeld += step.Need.Cpus;
            _memoryHeld += step.Need.MemoryBytes;
            _held[step] = _held.GetValueOrDefault(step) + 1;
        }

        public void Free(Step step)
        {
            _cpusHeld -= step.Need.Cpus;
            _memoryHeld -= step.Need.MemoryBytes;
            if (--_held[step] == 0)
            {
                _held.Remove(step);
            }
        }

        private bool HoldsLongTasks => _held.Keys.Any(static step => !step.IsShort);

        private bool FitsNow(Resources need) =>
            _cpusHeld + need.Cpus <= Capacity.Cpus && _memoryHeld + need.MemoryBytes <= Capacity.MemoryBytes;

        /// <summary>Nothing is given ahead behind long tasks: another node might be free sooner.</summary>
        private bool MayGiveAhead(Step step) =>
            step.IsShort
            && !HoldsLongTasks
            && step.Need.Cpus <= Capacity.Cpus
            && step.Need.MemoryBytes <= Capacity.MemoryBytes
            && _cpusHeld + step.Need.Cpus <= Capacity.Cpus * (1 + step.GivenAheadPerCpu);
    }

    private sealed class Step(StepNeed need)
    {
        private const double WeightOfNew = 0.2;

        private double? _meanSeconds;

        public int First { get; } = need.First;

        public Resources Need { get; } = need.Resources;

        public TaskQueue Ready { get; } = new();

        public int GivenAheadPerCpu => Backlog.PerCpu(_meanSeconds);

        public bool IsShort => GivenAheadPerCpu > 0;

        public void Learn(double seconds) =>
            _meanSeconds = _meanSeconds is { } mean ? mean + (WeightOfNew * (seconds - mean)) : seconds;
    }

    private sealed class Job
    {
        public Job(JobDemand demand)
        {
            Id = demand.Job;
            Priority = demand.Priority;
            Steps = [.. demand.Steps.Select(need => new Step(need))];
        }

        public static IComparer<JobId> ByNumber { get; } = Comparer<JobId>.Create(static (a, b) => a.Value.CompareTo(b.Value));

        public static IComparer<Job> ByPriorityThenAge { get; } = Comparer<Job>.Create(static (a, b) =>
            a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority) : a.Id.Value.CompareTo(b.Id.Value));

        public JobId Id { get; }

        public int Priority { get; }

        public ImmutableArray<Step> Steps { get; }

        public Dictionary<int, Node> Reserved { get; } = [];

        public int ReadyCount => Steps.Sum(step => step.Ready.Count);

        public Step StepOf(int task)
        {
            for (var index = Steps.Length - 1; index >= 0; index--)
            {
                if (task >= Steps[index].First)
                {
                    return Steps[index];
                }
            }

            throw new ArgumentOutOfRangeException(nameof(task), task, "Tasks count from 0.");
        }

        public void Release(TaskRange range)
        {
            var first = range.First;
            for (var index = 0; index < Steps.Length && first < range.End; index++)
            {
                var end = index + 1 < Steps.Length ? Math.Min(range.End, Steps[index + 1].First) : range.End;
                if (first < end)
                {
                    Steps[index].Ready.Add(new TaskRange(first, end - first));
                    first = end;
                }
            }
        }
    }
}
