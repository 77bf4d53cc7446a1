using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;

namespace Dpu.Domain.Scheduling;

/// <summary>Why startable tasks of a job do not run now.</summary>
/// <param name="Job">The job.</param>
/// <param name="Steps">One for each step and reason, in the order of the steps; empty when none of its startable tasks waits, or the job is not known.</param>
/// <param name="Nodes">All nodes that the scheduler knows, by name.</param>
public sealed record JobWaits(JobId Job, ImmutableArray<StepWait> Steps, ImmutableArray<NodeStatus> Nodes)
{
    /// <summary>Other jobs that its reasons name.</summary>
    public ImmutableArray<JobId> JobsNamed() => [.. Steps.Select(step => NamedBy(step.Reason)).OfType<JobId>().Where(other => other != Job).Distinct()];

    /// <summary>
    /// The same reasons for somebody who sees some jobs only: others and their users have no names. How much comes before stays: that others work is no secret, and whoever waits must
    /// know how long.
    /// </summary>
    /// <param name="caller">Who is told.</param>
    /// <param name="sees">Whether he sees a job's line in the queue.</param>
    public JobWaits TellableTo(Caller caller, Func<JobId, bool> sees) => caller.Has(Right.Operate) ? this : this with
    {
        Steps = [.. Steps.Select(step => step with { Reason = Tellable(step.Reason, caller, other => other == Job || sees(other)) })],
    };

    private static JobId? NamedBy(WaitReason reason) => reason switch
    {
        WaitReason.Reserved kept => kept.For,
        WaitReason.Age age => age.Before,
        _ => null,
    };

    private static WaitReason Tellable(WaitReason reason, Caller caller, Func<JobId, bool> sees) => reason switch
    {
        WaitReason.Reserved { For: { } other } kept when !sees(other) => kept with { For = null },
        WaitReason.Age { Before: { } older } age when !sees(older) => age with { Before = null },
        WaitReason.FairShare share when share.LowestUser != caller.Name => share with { LowestUser = null },
        _ => reason,
    };
}

/// <summary>Tasks of a step that wait for the same reason.</summary>
/// <param name="Step">Index of the step in the plan.</param>
/// <param name="Tasks">How many of its tasks wait.</param>
/// <param name="Reason">The constraint that binds.</param>
public sealed record StepWait(int Step, int Tasks, WaitReason Reason);
