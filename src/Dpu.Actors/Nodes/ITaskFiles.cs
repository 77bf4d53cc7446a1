using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Actors.Nodes;

/// <summary>The seam to the node's disk: work directories, directions, outputs.</summary>
public interface ITaskFiles
{
    /// <summary>
    /// Makes the attempt's work directory with everything in it that the task reads, and says which process to start there.
    /// </summary>
    /// <param name="start">The attempt.</param>
    /// <param name="progress">Counts the files that it takes time to bring.</param>
    /// <param name="cancellationToken">Nobody wants it any more.</param>
    /// <exception cref="TaskFilesException">It cannot be done; the message is for people.</exception>
    ValueTask<LaunchRequest> PrepareAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken);

    /// <summary>
    /// Moves what a finished attempt made to the store, checksums included. Doing it again gives the same answer, also after a
    /// crash in the middle. Nothing of it is visible before the job has committed it.
    /// </summary>
    /// <param name="start">The attempt.</param>
    /// <param name="progress">Counts the files that are saved.</param>
    /// <param name="cancellationToken">Nobody wants it any more.</param>
    /// <exception cref="TaskFilesException">An output is missing or cannot be saved; the message is for people.</exception>
    Task<ImmutableArray<OutputFile>> CollectAsync(TaskStart start, FilesProgress progress, CancellationToken cancellationToken);

    /// <summary>Removes what a lost attempt had moved to the store already: nobody will ever register it.</summary>
    /// <exception cref="IOException">It cannot be removed now; it stays, invisible, and takes up room.</exception>
    Task DiscardAsync(AttemptId attempt, CancellationToken cancellationToken);

    /// <summary>What its job wanted of an attempt of recipes is durable: nothing of it is needed here any more. Returns at once.</summary>
    void Settled(AttemptId attempt);
}

/// <summary>Files of a task could not be put in place or saved.</summary>
public sealed class TaskFilesException(FailureCause cause, string message) : Exception(message)
{
    /// <summary>What kind of failure that is: launch or data.</summary>
    public FailureCause Cause { get; } = cause;

    /// <summary>Whether another attempt would end the same way, on any node: what its recipe declares cannot be done with this task's values.</summary>
    public bool Final { get; init; }
}
