using System.Collections.Concurrent;
using Dpu.Actors.Jobs;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Kernel;

namespace Dpu.Cluster.Frontend;

/// <summary>An attempt that a job gave to a node.</summary>
/// <param name="Start">What it was given.</param>
/// <param name="Job">Who wants to know.</param>
/// <param name="Era">When, as the node's actor counts.</param>
public sealed record GrantedAttempt(TaskStart Start, IActorRef<JobMessage> Job, long Era);

/// <summary>
/// Which attempts each node may report, read inputs for and bring outputs of: those that their jobs gave to it, until they are settled. After a
/// restart of the frontend the jobs say so again. Safe for use by several threads.
/// </summary>
public sealed class NodeGrants
{
    private readonly ConcurrentDictionary<(string Node, AttemptId Attempt), GrantedAttempt> _attempts = [];

    /// <summary>For tests: all that is given to nodes.</summary>
    internal IEnumerable<(string Node, AttemptId Attempt)> All => _attempts.Keys;

    /// <summary>What a job gave to a node; null when it did not.</summary>
    public GrantedAttempt? Find(string node, AttemptId attempt) => _attempts.GetValueOrDefault((node, attempt));

    /// <summary>All that is given to a node, in the order of the attempts: the dictionary's own differs from one process to the next, and with it what happens.</summary>
    internal IReadOnlyList<GrantedAttempt> Of(string node) =>
    [
        .. _attempts.Where(pair => pair.Key.Node == node)
            .OrderBy(pair => pair.Key.Attempt.Job.Value).ThenBy(pair => pair.Key.Attempt.Task).ThenBy(pair => pair.Key.Attempt.Number)
            .Select(pair => pair.Value),
    ];

    internal void Give(string node, TaskStart start, IActorRef<JobMessage> job, long era = 0) => _attempts[(node, start.Attempt)] = new GrantedAttempt(start, job, era);

    internal GrantedAttempt? Take(string node, AttemptId attempt) => _attempts.TryRemove((node, attempt), out var taken) ? taken : null;
}
