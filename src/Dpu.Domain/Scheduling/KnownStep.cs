using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>A step of a job: what of it waits, how much of it runs and where, how long its tasks take.</summary>
internal sealed class KnownStep(KnownJob job, int index, StepNeed need)
{
    private const double WeightOfNew = 0.2;

    private readonly HostRange[] _hosts = [.. need.Rules.Placement.Hosts.OrderBy(range => range.First)];
    private int _queuesMade;

    public KnownJob Job { get; } = job;

    public int Index { get; } = index;

    public StepNeed Need { get; } = need;

    public StepRules Rules => Need.Rules;

    public NameSet Tags { get; } = NameSet.Of(need.Rules.Placement.Tags);

    public NameSet Programs { get; } = NameSet.Of(need.Programs);

    public Dictionary<QueueKey, WaitQueue> Queues { get; } = [];

    /// <summary>The queue of such tasks, made if there is none.</summary>
    public WaitQueue QueueOf(QueueKey key)
    {
        if (!Queues.TryGetValue(key, out var queue))
        {
            queue = new WaitQueue(this, key, _queuesMade++);
            Queues.Add(key, queue);
        }

        return queue;
    }

    /// <summary>The ranges of tasks with the same host, and their host; one without a host when they may run anywhere.</summary>
    public IEnumerable<(string? Host, TaskRange Tasks)> ByHost(TaskRange tasks)
    {
        if (_hosts.Length == 0)
        {
            yield return (null, tasks);
            yield break;
        }

        for (var index = HostIndexOf(tasks.First); index < _hosts.Length && Need.First + _hosts[index].First < tasks.End; index++)
        {
            var first = Math.Max(tasks.First, Need.First + _hosts[index].First);
            var end = Math.Min(tasks.End, Need.First + _hosts[index].First + _hosts[index].Count);
            if (first < end)
            {
                yield return (_hosts[index].Host, new TaskRange(first, end - first));
            }
        }
    }

    /// <summary>How many of its tasks run.</summary>
    public int Running { get; set; }

    /// <summary>How many run on each node; kept only where that is limited.</summary>
    public Dictionary<KnownNode, int> RunningOn { get; } = [];

    /// <summary>The node that all of its tasks have to run on, once the first of them was given to it.</summary>
    public KnownNode? Chosen { get; private set; }

    /// <summary>Mean of the tasks that ended normally, recent ones weighing more; null before the first.</summary>
    public double? MeanSeconds { get; set; }

    /// <summary>How long a task takes, measured or else as it was expected; null when nobody knows.</summary>
    public double? Seconds => MeanSeconds ?? (Rules.ExpectedSeconds > 0 ? Rules.ExpectedSeconds : null);

    /// <summary>Only what was measured counts: who is told wrong may be given ahead behind hours.</summary>
    public bool IsShort => MeanSeconds < Backlog.CoveredSeconds;

    /// <summary>The power of two of seconds that a task stays below; null when nobody knows.</summary>
    public int? Length => Seconds is { } seconds ? Math.Clamp((int)Math.Ceiling(Math.Log2(Math.Max(seconds, 1e-6))), -4, 30) : null;

    public bool AtLimit => Rules.MaxAtOnce is { } max && Running >= max;

    public void Learn(double seconds) =>
        MeanSeconds = MeanSeconds is { } mean ? mean + (WeightOfNew * (seconds - mean)) : seconds;

    public bool IsFull(KnownNode node) => Rules.MaxPerNode is { } max && RunningOn.GetValueOrDefault(node) >= max;

    public void Given(KnownNode node)
    {
        Running++;
        if (Rules.MaxPerNode is not null)
        {
            RunningOn[node] = RunningOn.GetValueOrDefault(node) + 1;
        }

        if (Rules.Placement.Kind == PlacementKind.SingleNode && Chosen is null)
        {
            Choose(node);
        }
    }

    /// <summary>All of its tasks have to run on this node from now on; null lets the next one choose.</summary>
    public void Choose(KnownNode? node)
    {
        Chosen?.ChosenBy.Remove(this);
        Chosen = node;
        node?.ChosenBy.Add(this);
    }

    /// <summary>A node that is away or drained, and runs none of it, binds it no more.</summary>
    public void ForgetLostChoice()
    {
        if (Chosen is { TakesWork: false } && Running == 0)
        {
            Choose(null);
        }
    }

    public void TakenBack(KnownNode node)
    {
        Running--;
        if (Rules.MaxPerNode is not null && --RunningOn[node] == 0)
        {
            RunningOn.Remove(node);
        }
    }

    /// <summary>The last range of hosts that begins at the task or before.</summary>
    private int HostIndexOf(int task)
    {
        int low = 0, high = _hosts.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Need.First + _hosts[middle].First <= task ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
