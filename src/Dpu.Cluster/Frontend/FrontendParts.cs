using Dpu.Actors.Frontend;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Cluster.Frontend;

/// <summary>What of a frontend its nodes have to do with.</summary>
/// <param name="Scheduler">Who gives work.</param>
/// <param name="Frontend">Who knows the jobs.</param>
/// <param name="Logs">Where lines go.</param>
/// <param name="History">What was given to whom, as far as it is durable.</param>
/// <param name="Grants">What is given to whom now.</param>
/// <param name="Outputs">What nodes have left in the store.</param>
/// <param name="NodeTimeout">How long a node may be silent before its tasks run elsewhere.</param>
public sealed record FrontendParts(
    IActorRef<SchedulerMessage> Scheduler,
    IActorRef<FrontendMessage> Frontend,
    ILogStore Logs,
    IAttemptHistory History,
    NodeGrants Grants,
    IBroughtOutputs Outputs,
    TimeSpan NodeTimeout)
{
    /// <summary>What attempts do on nodes.</summary>
    public required PhaseBoard Phases { get; init; }

    /// <summary>Told each time that a node says what it has.</summary>
    public Action<string, Links.NodeFacts> Described { get; init; } = static (_, _) => { };
}

/// <summary>The seam to what is recorded of attempts.</summary>
public interface IAttemptHistory
{
    /// <summary>Whether a job has given this attempt to a node of this name, now or at any time before.</summary>
    Task<bool> WasGivenToAsync(string node, AttemptId attempt, CancellationToken cancellationToken);
}
