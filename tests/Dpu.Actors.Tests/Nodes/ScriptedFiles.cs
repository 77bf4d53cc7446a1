using System.Collections.Immutable;
using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>Staging that a test holds up, or makes fail.</summary>
internal sealed class ScriptedFiles(NodeOptions node) : ITaskFiles
{
    /// <summary>Preparations wait for it while it is set.</summary>
    public TaskCompletionSource? HoldPreparation { get; set; }

    /// <summary>Collections wait for it while it is set.</summary>
    public TaskCompletionSource? HoldCollection { get; set; }

    public Exception? PreparationFails { get; set; }

    public Exception? CollectionFails { get; set; }

    /// <summary>Whatever begins while it is set waits until nobody wants it any more.</summary>
    public bool Waits { get; set; }

    public List<AttemptId> Prepared { get; } = [];

    /// <summary>Where it is counted how far they are.</summary>
    public Dictionary<AttemptId, FilesProgress> Progress { get; } = [];

    public List<AttemptId> Collected { get; } = [];

    public ValueTask<LaunchRequest> PrepareAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken)
    {
        Prepared.Add(start.Attempt);
        Progress[start.Attempt] = progress;
        var request = new LaunchRequest(start.Attempt, start.Command, [], "/work", node.LimitsOf(start));
        return Waits ? new(ForeverAsync<LaunchRequest>(cancellationToken)) : HoldPreparation is { } hold ? new(WaitAsync(hold, request)) : PreparationFails is { } failure ? throw failure : new(request);
    }

    public async Task<ImmutableArray<OutputFile>> CollectAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken)
    {
        Collected.Add(start.Attempt);
        if (Waits)
        {
            return await ForeverAsync<ImmutableArray<OutputFile>>(cancellationToken);
        }

        await (HoldCollection?.Task ?? Task.CompletedTask);
        return CollectionFails is { } failure ? throw failure : [];
    }

    public List<AttemptId> Discarded { get; } = [];

    public Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        Discarded.Add(attempt);
        return Task.CompletedTask;
    }

    /// <summary>In the order in which they were let go.</summary>
    public List<AttemptId> Forgotten { get; } = [];

    public void Settled(AttemptId attempt) => Forgotten.Add(attempt);

    private static Task<T> ForeverAsync<T>(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource<T>();
        cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
        return never.Task;
    }

    private async Task<LaunchRequest> WaitAsync(TaskCompletionSource hold, LaunchRequest request)
    {
        await hold.Task;
        return PreparationFails is { } failure ? throw failure : request;
    }
}
