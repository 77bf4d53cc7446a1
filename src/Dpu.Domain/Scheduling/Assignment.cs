using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>A proposal: these tasks of a job could run on this node now. The job decides, and commits, before anything starts.</summary>
public sealed record Assignment(JobId Job, string Node, Guid Incarnation, ImmutableArray<int> Tasks);

/// <summary>What the tasks from <paramref name="First"/> on need, up to the next entry.</summary>
public readonly record struct StepNeed(int First, int Count, Resources Resources);

/// <summary>A task that holds resources of a node.</summary>
public readonly record struct Reservation(int Task, string Node);

/// <summary>All that the scheduler has to know of a job, told anew when the job's actor (re)starts.</summary>
public sealed record JobDemand(
    JobId Job,
    int Priority,
    ImmutableArray<StepNeed> Steps,
    ImmutableArray<TaskRange> Startable,
    ImmutableArray<Reservation> Running);
