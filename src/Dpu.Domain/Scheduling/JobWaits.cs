using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>Why startable tasks of a job do not run now.</summary>
/// <param name="Job">The job.</param>
/// <param name="Steps">One for each step and reason, in the order of the steps; empty when none of its startable tasks waits, or the job is not known.</param>
/// <param name="Nodes">All nodes that the scheduler knows, by name.</param>
public sealed record JobWaits(JobId Job, ImmutableArray<StepWait> Steps, ImmutableArray<NodeStatus> Nodes);

/// <summary>Tasks of a step that wait for the same reason.</summary>
/// <param name="Step">Index of the step in the plan.</param>
/// <param name="Tasks">How many of its tasks wait.</param>
/// <param name="Reason">The constraint that binds.</param>
public sealed record StepWait(int Step, int Tasks, WaitReason Reason);
