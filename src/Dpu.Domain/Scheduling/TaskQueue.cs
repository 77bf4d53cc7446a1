using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Tasks that may be started, lowest number first, kept as ranges: a million fresh tasks are one entry.</summary>
internal sealed class TaskQueue
{
    /// <summary>Disjoint ranges, the lowest last, so that taking the next task touches only the end of the list.</summary>
    private readonly List<TaskRange> _ranges = [];

    public int Count { get; private set; }

    /// <summary>Adds tasks; those that are in already stay in once.</summary>
    public void Add(TaskRange range)
    {
        var first = range.First;
        while (first < range.End)
        {
            var below = IndexAtOrBelow(first);
            var reached = below < _ranges.Count ? _ranges[below].End : int.MinValue;
            if (reached > first)
            {
                first = reached;
                continue;
            }

            var end = below > 0 ? Math.Min(range.End, _ranges[below - 1].First) : range.End;
            _ranges.Insert(below, new TaskRange(first, end - first));
            Count += end - first;
            first = end;
        }
    }

    /// <summary>Takes the lowest task; false when there is none.</summary>
    public bool TryTake(out int task)
    {
        if (_ranges.Count == 0)
        {
            task = -1;
            return false;
        }

        var lowest = _ranges[^1];
        task = lowest.First;
        if (lowest.Count == 1)
        {
            _ranges.RemoveAt(_ranges.Count - 1);
        }
        else
        {
            _ranges[^1] = new TaskRange(lowest.First + 1, lowest.Count - 1);
        }

        Count--;
        return true;
    }

    /// <summary>Index of the range with the greatest start that is not above <paramref name="task"/>; the list's length when there is none.</summary>
    private int IndexAtOrBelow(int task)
    {
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].First <= task)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
