using Dpu.Cluster.Frontend;
using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Dpu.Service.Staging;

namespace Dpu.Service.Nodes;

/// <summary>What the views know of who was given what.</summary>
internal sealed class AttemptHistory(IViews views) : IAttemptHistory
{
    public async Task<bool> WasGivenToAsync(string node, AttemptId attempt, CancellationToken cancellationToken)
    {
        return await FindAsync(attempt, cancellationToken) is { } known && known.Node == node;
    }

    /// <summary>What becomes of an attempt's outputs, as far as it is durable.</summary>
    public async Task<OutputsFate> FateOfAsync(AttemptId attempt, CancellationToken cancellationToken) => (await FindAsync(attempt, cancellationToken))?.State switch
    {
        TaskViewState.Running => OutputsFate.Open,
        TaskViewState.Normal or TaskViewState.Held => OutputsFate.Kept,
        _ => OutputsFate.Unwanted,
    };

    private async Task<AttemptRow?> FindAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        await views.CaughtUpAsync(cancellationToken);
        var tasks = await views.GetTasksAsync(attempt.Job, new TaskFilter(attempt.Task, 1), cancellationToken);
        return tasks.Where(task => task.Task == attempt.Task).SelectMany(task => task.Attempts).FirstOrDefault(known => known.Number == attempt.Number);
    }
}
