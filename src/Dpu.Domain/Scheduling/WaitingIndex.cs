using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>All that waits, so that the next task in order is found without looking at the others.</summary>
internal sealed class WaitingIndex(PolicyInForce policy)
{
    private readonly Dictionary<ClassKey, WaitClass> _classes = [];
    private List<WaitClass> _new = [];
    private readonly PriorityQueue<WaitQueue, DateTimeOffset> _nearEnds = new();

    public IReadOnlyCollection<WaitClass> Classes => _classes.Values;

    public bool IsEmpty => _classes.Count == 0;

    /// <summary>When the first of those that wait for their data's node waits no longer; null when none does.</summary>
    public DateTimeOffset? NextNearEnd
    {
        get
        {
            while (_nearEnds.TryPeek(out var queue, out var end))
            {
                if (!queue.Gone)
                {
                    return end;
                }

                _nearEnds.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Classes that were made since this was asked last.</summary>
    public List<WaitClass> TakeNew()
    {
        var made = _new;
        _new = made.Count == 0 ? made : [];
        return made;
    }

    /// <summary>Tasks of a step may be started.</summary>
    /// <param name="step">The step.</param>
    /// <param name="tasks">Tasks of it.</param>
    /// <param name="nearUntil">Until when those that have data on a node wait for it; null when it is not there.</param>
    public void Add(KnownStep step, TaskRange tasks, Func<TaskNeed, DateTimeOffset?> nearUntil)
    {
        var next = tasks.First;
        foreach (var task in step.Job.Special.GetViewBetween(tasks.First, tasks.End - 1).ToArray())
        {
            AddPlain(step, new TaskRange(next, task - next));
            AddSpecial(step, step.Job.NeedOf(task)!, nearUntil);
            next = task + 1;
        }

        AddPlain(step, new TaskRange(next, tasks.End - next));
    }

    /// <summary>Those that have waited for their data's node long enough take any.</summary>
    public void EndNearWaits(DateTimeOffset now)
    {
        while (NextNearEnd is { } end && end <= now)
        {
            var queue = _nearEnds.Dequeue();
            var anywhere = queue.Step.QueueOf(queue.Key with { Near = null, NearUntil = default });
            foreach (var range in queue.Tasks.Ranges)
            {
                anywhere.Tasks.Add(range);
            }

            Drop(queue);
            File(anywhere);
        }
    }

    /// <summary>Puts a queue where it belongs now: in no class while it is empty or its step runs as often as it may.</summary>
    public void File(WaitQueue queue)
    {
        if (queue.Tasks.Count == 0)
        {
            Drop(queue);
            return;
        }

        var key = KeyOf(queue);
        if (key == queue.Line?.Class.Key)
        {
            return;
        }

        Unfile(queue);
        if (key is not null)
        {
            if (!_classes.TryGetValue(key, out var @class))
            {
                @class = new WaitClass(key);
                _classes.Add(key, @class);
                _new.Add(@class);
            }

            @class.Add(queue);
        }
    }

    /// <summary>What decides where a step's tasks belong has changed.</summary>
    public void File(KnownStep step)
    {
        foreach (var queue in step.Queues.Values.ToArray())
        {
            File(queue);
        }
    }

    public void Drop(WaitQueue queue)
    {
        Unfile(queue);
        queue.Gone = true;
        queue.Step.Queues.Remove(queue.Key);
    }

    private void Unfile(WaitQueue queue)
    {
        if (queue.Line is not { Class: var @class })
        {
            return;
        }

        @class.Remove(queue);
        if (@class.IsEmpty)
        {
            _classes.Remove(@class.Key);
        }
    }

    private ClassKey? KeyOf(WaitQueue queue)
    {
        var step = queue.Step;
        if (step.AtLimit)
        {
            return null;
        }

        var host = queue.Key.Host ?? step.Chosen?.Name ?? queue.Key.Near;
        return new ClassKey(
            queue.Priority,
            new Shape(queue.Need, step.Tags, host, host is null ? queue.Key.Avoid : default, step.Programs),
            step.Length,
            step.IsShort,
            policy.Now.RecipeLimits.ContainsKey(step.Need.Recipe) ? step.Need.Recipe : null,
            step.Rules.MaxPerNode is not null && step.Running > 0 ? step : null);
    }

    private void AddPlain(KnownStep step, TaskRange tasks)
    {
        if (tasks.Count <= 0)
        {
            return;
        }

        foreach (var (host, range) in step.ByHost(tasks))
        {
            AddTo(step.QueueOf(new QueueKey(step.Need.Resources.MemoryBytes, host, default, null, default)), range);
        }
    }

    private void AddSpecial(KnownStep step, TaskNeed need, Func<TaskNeed, DateTimeOffset?> nearUntil)
    {
        // It may wait already, with other needs.
        foreach (var queue in step.Queues.Values.Where(queue => queue.Tasks.Remove(need.Task)).ToArray())
        {
            File(queue);
        }

        foreach (var (host, range) in step.ByHost(new TaskRange(need.Task, 1)))
        {
            var until = host is null && need.Near is not null ? nearUntil(need) : null;
            var key = new QueueKey(
                need.MemoryBytes ?? step.Need.Resources.MemoryBytes,
                host,
                NameSet.Of(need.Avoid.IsDefault ? [] : need.Avoid),
                until is null ? null : need.Near,
                until ?? default);
            var queue = step.QueueOf(key);
            if (until is { } end && queue.Tasks.Count == 0)
            {
                _nearEnds.Enqueue(queue, end);
            }

            AddTo(queue, range);
        }
    }

    private void AddTo(WaitQueue queue, TaskRange tasks)
    {
        queue.Tasks.Add(tasks);
        File(queue);
    }
}
