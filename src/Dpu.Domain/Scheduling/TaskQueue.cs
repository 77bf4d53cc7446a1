using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>
/// Tasks that may be started, lowest number first, kept as ranges: a million fresh tasks are one entry, and an operation costs the
/// logarithm of the number of ranges however they came.
/// </summary>
internal sealed class TaskQueue
{
    /// <summary>Disjoint ranges that do not touch, without the lowest one.</summary>
    private readonly SortedSet<TaskRange> _ranges = new(Comparer<TaskRange>.Create(static (a, b) => a.First.CompareTo(b.First)));

    /// <summary>The lowest range, apart: taking task after task touches nothing else. Empty only when there is none.</summary>
    private TaskRange _lowest;

    public int Count { get; private set; }

    /// <summary>All ranges, in order.</summary>
    public IEnumerable<TaskRange> Ranges => _lowest.Count > 0 ? _ranges.Prepend(_lowest) : _ranges;

    /// <summary>Adds tasks; those that are in already stay in once.</summary>
    public void Add(TaskRange range)
    {
        if (range.Count == 0)
        {
            return;
        }

        PutBack();
        var (first, end) = (range.First, range.End);
        if (LastUpTo(first) is { Count: > 0 } below && below.End >= first)
        {
            first = below.First;
            end = Math.Max(end, below.End);
        }

        foreach (var touched in _ranges.GetViewBetween(new TaskRange(first, 0), new TaskRange(end, 0)).ToArray())
        {
            end = Math.Max(end, touched.End);
            _ranges.Remove(touched);
            Count -= touched.Count;
        }

        _ranges.Add(new TaskRange(first, end - first));
        Count += end - first;
        Pull();
    }

    /// <summary>Takes the lowest task; false when there is none.</summary>
    public bool TryTake(out int task)
    {
        if (_lowest.Count == 0)
        {
            task = -1;
            return false;
        }

        task = _lowest.First;
        _lowest = new TaskRange(task + 1, _lowest.Count - 1);
        Count--;
        if (_lowest.Count == 0)
        {
            Pull();
        }

        return true;
    }

    /// <summary>Takes out one task; false when it is not in.</summary>
    public bool Remove(int task)
    {
        PutBack();
        var range = LastUpTo(task);
        var found = range.Count > 0 && range.End > task;
        if (found)
        {
            _ranges.Remove(range);
            AddPart(range.First, task);
            AddPart(task + 1, range.End);
            Count--;
        }

        Pull();
        return found;
    }

    /// <summary>The last range that begins at the task or before; an empty one when there is none.</summary>
    private TaskRange LastUpTo(int task) => _ranges.GetViewBetween(new TaskRange(int.MinValue, 0), new TaskRange(task, 0)).Max;

    private void AddPart(int first, int end)
    {
        if (first < end)
        {
            _ranges.Add(new TaskRange(first, end - first));
        }
    }

    private void PutBack()
    {
        if (_lowest.Count > 0)
        {
            _ranges.Add(_lowest);
            _lowest = default;
        }
    }

    private void Pull()
    {
        if (_lowest.Count == 0 && _ranges.Count > 0)
        {
            _lowest = _ranges.Min;
            _ranges.Remove(_lowest);
        }
    }
}
