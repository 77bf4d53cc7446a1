using System.Collections.Immutable;
using System.Globalization;
using Dpu.Actors.Nodes;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>A disk without files: staging takes time and sometimes fails; outputs depend on their attempt only, so collecting again gives the same.</summary>
internal sealed class SimulatedTaskFiles(NodeOptions node, SimulatedOutputs outputs, ServiceWorld world) : ITaskFiles
{
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(200);

    public ValueTask<LaunchRequest> PrepareAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken)
    {
        if (world.Chance(world.Faults.FailFiles / 10))
        {
            throw new SimulatedFailure("Simulated: a bug in the preparation of files.");
        }

        return start.Work is TaskWork.OfCommand
            ? ValueTask.FromResult(RequestFor(start))
            : new ValueTask<LaunchRequest>(PrepareInTimeAsync(start, cancellationToken));
    }

    public async Task<ImmutableArray<OutputFile>> CollectAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken)
    {
        await TakeTimeAsync(FailureCause.Data, cancellationToken);
        var files = ((TaskWork.Directed)start.Work).Outputs.Select(rule => OutputOf(start, rule)).ToImmutableArray();
        foreach (var file in files)
        {
            outputs.Bring(start.Attempt, file.Name);
        }

        return files;
    }

    public async Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken)
    {
        await world.DelayAsync(LatencyMax, cancellationToken);
        if (world.Chance(world.Faults.FailFiles))
        {
            throw new SimulatedFailure("Simulated: what was saved cannot be removed.");
        }
    }

    public void Settled(AttemptId attempt)
    {
    }

    private async Task<LaunchRequest> PrepareInTimeAsync(TaskStart start, CancellationToken cancellationToken)
    {
        await TakeTimeAsync(FailureCause.Launch, cancellationToken);
        return RequestFor(start);
    }

    private async Task TakeTimeAsync(FailureCause cause, CancellationToken cancellationToken)
    {
        await world.DelayAsync(LatencyMax, cancellationToken);
        if (world.Chance(world.Faults.FailFiles))
        {
            throw new TaskFilesException(cause, "simulated");
        }
    }

    private LaunchRequest RequestFor(TaskStart start) => new(start.Attempt, start.Command, [], "/work", node.LimitsOf(start));

    private static OutputFile OutputOf(TaskStart start, OutputRule rule)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{start.Attempt.Job}.{start.Attempt.Task}.{start.Attempt.Number}.{rule.Name}");
        var metadata = ((TaskWork.Directed)start.Work).Keys.ToImmutableSortedDictionary(key => key.Key, key => MetadataValue.Of(key.Value), StringComparer.Ordinal);
        var path = string.Create(CultureInfo.InvariantCulture, $"{start.Attempt.Job}/{start.Attempt.Task}.{start.Attempt.Number}/{rule.Name}");
        return new OutputFile(id, rule.Name, path, 1, new string('0', 64), rule.Type, rule.Main, metadata, []);
    }
}

/// <summary>Stands for a programmer's error in something that actors call.</summary>
internal sealed class SimulatedFailure(string message) : Exception(message);
