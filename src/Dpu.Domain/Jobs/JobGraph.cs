namespace Dpu.Domain.Jobs;

/// <summary>Who waits for whom: for each task the tasks that read its outputs. Derived from the plan, stored nowhere.</summary>
public sealed class JobGraph
{
    private readonly int[] _starts;
    private readonly int[] _dependents;

    private JobGraph(int[] starts, int[] dependents, int[] upstreamCounts)
    {
        _starts = starts;
        _dependents = dependents;
        UpstreamCounts = upstreamCounts;
    }

    /// <summary>A graph without edges.</summary>
    public static JobGraph None { get; } = new([], [], []);

    /// <summary>How many tasks each task waits for; empty when no task waits for any.</summary>
    public IReadOnlyList<int> UpstreamCounts { get; }

    public bool HasEdges => _dependents.Length > 0;

    /// <summary>The tasks that wait for <paramref name="task"/>.</summary>
    public ReadOnlySpan<int> DependentsOf(int task) =>
        HasEdges ? _dependents.AsSpan(_starts[task].._starts[task + 1]) : [];

    public static JobGraph From(JobPlan plan)
    {
        var edges = plan.Steps.SelectMany(EdgesOf).ToArray();
        if (edges.Length == 0)
        {
            return None;
        }

        var starts = new int[plan.TaskCount + 1];
        var upstreamCounts = new int[plan.TaskCount];
        foreach (var (from, to) in edges)
        {
            starts[from + 1]++;
            upstreamCounts[to]++;
        }

        for (var task = 0; task < plan.TaskCount; task++)
        {
            starts[task + 1] += starts[task];
        }

        var next = starts.AsSpan(0, plan.TaskCount).ToArray();
        var dependents = new int[edges.Length];
        foreach (var (from, to) in edges)
        {
            dependents[next[from]++] = to;
        }

        return new JobGraph(starts, dependents, upstreamCounts);
    }

    private static IEnumerable<(int From, int To)> EdgesOf(StepPlan step) =>
        step.Work is StepWork.Groups groups
            ? groups.Tasks.SelectMany((group, index) => group.Upstream.Select(from => (from, step.First + index)))
            : [];
}
