using Dpu.Cluster.Frontend;
using Dpu.Domain.Jobs;
using Dpu.Journal.Views;

namespace Dpu.Service.Nodes;

/// <summary>What the views know of who was given what.</summary>
internal sealed class AttemptHistory(IViews views) : IAttemptHistory
{
    public async Task<bool> WasGivenToAsync(string node, AttemptId attempt, CancellationToken cancellationToken)
    {
        await views.CaughtUpAsync(cancellationToken);
        var tasks = await views.GetTasksAsync(attempt.Job, new TaskFilter(attempt.Task, 1), cancellationToken);
        return tasks.Any(task => task.Task == attempt.Task && task.Attempts.Any(known => known.Number == attempt.Number && known.Node == node));
    }
}
