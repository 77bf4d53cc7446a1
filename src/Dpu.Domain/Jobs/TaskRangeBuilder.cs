using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>Joins task numbers that are added in rising order to ranges.</summary>
public sealed class TaskRangeBuilder
{
    private readonly ImmutableArray<TaskRange>.Builder _ranges = ImmutableArray.CreateBuilder<TaskRange>();

    public void Add(int task)
    {
        if (_ranges.Count > 0 && _ranges[^1].End == task)
        {
            _ranges[^1] = _ranges[^1] with { Count = _ranges[^1].Count + 1 };
        }
        else
        {
            _ranges.Add(new TaskRange(task, 1));
        }
    }

    public ImmutableArray<TaskRange> Build() => _ranges.ToImmutable();

    /// <summary>The ranges that hold exactly these tasks, in any order and without repeats.</summary>
    public static ImmutableArray<TaskRange> From(IEnumerable<int> tasks)
    {
        var builder = new TaskRangeBuilder();
        foreach (var task in tasks.Distinct().Order())
        {
            builder.Add(task);
        }

        return builder.Build();
    }
}
