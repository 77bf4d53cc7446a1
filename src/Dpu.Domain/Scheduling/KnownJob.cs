using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>A job as it was announced last.</summary>
internal sealed class KnownJob
{
    private readonly Dictionary<int, TaskNeed> _needs = [];

    public KnownJob(JobDemand demand, KnownUser user)
    {
        Id = demand.Job;
        User = user;
        Priority = demand.Priority;
        SubmittedAt = demand.SubmittedAt;
        Steps = [.. demand.Steps.Select((need, index) => new KnownStep(this, index, need))];
    }

    public JobId Id { get; }

    public KnownUser User { get; }

    public int Priority { get; }

    public DateTimeOffset SubmittedAt { get; }

    public KnownStep[] Steps { get; }

    /// <summary>Tasks that need something else than their step, in order; what, is in <see cref="NeedOf"/>.</summary>
    public SortedSet<int> Special { get; } = [];

    /// <summary>Tasks that were given to nodes and have not ended.</summary>
    public Dictionary<int, Placed> Placed { get; } = [];

    public void Learn(TaskNeed need)
    {
        Special.Add(need.Task);
        _needs[need.Task] = need;
    }

    /// <summary>What a task needs beyond its step; null for nothing.</summary>
    public TaskNeed? NeedOf(int task) => _needs.GetValueOrDefault(task);

    public KnownStep StepOf(int task)
    {
        int low = 0, high = Steps.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = Steps[middle].Need.First <= task ? (middle, high) : (low, middle - 1);
        }

        return Steps[low];
    }
}
