using System.Collections.Immutable;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Scheduling;

/// <summary>A proposal: these tasks of a job could run on this node now. The job decides, and commits, before anything starts.</summary>
public sealed record Assignment(JobId Job, string Node, Guid Incarnation, ImmutableArray<int> Tasks);

/// <summary>What the tasks from <paramref name="First"/> on need.</summary>
/// <param name="First">Number of the step's first task.</param>
/// <param name="Count">How many tasks the step has.</param>
/// <param name="Resources">What each of them holds.</param>
/// <param name="Recipe">The recipe's name, or the program's: limits and the health of nodes are kept by it.</param>
/// <param name="Rules">Where they may run, how many at once, how long one is expected to take.</param>
public sealed record StepNeed(int First, int Count, Resources Resources, string Recipe, StepRules Rules)
{
    /// <summary>Programs of recipes that its node must have; none for a command of the user's own, of which nobody knows where it is.</summary>
    public ImmutableArray<string> Programs { get; init; } = [];
}

/// <summary>What one task needs beyond its step: kept for the few that failed or have a place near their data.</summary>
/// <param name="Task">Its number in the job.</param>
/// <param name="MemoryBytes">Memory instead of its step's, or null.</param>
/// <param name="Avoid">Nodes that failed it: another one is taken if there is one that fits.</param>
/// <param name="Near">The node that has most of its input bytes, or null: it waits a bounded time for this one.</param>
public sealed record TaskNeed(int Task, long? MemoryBytes, ImmutableArray<string> Avoid, string? Near);

/// <summary>A task that holds resources of a node.</summary>
public readonly record struct Reservation(int Task, string Node, DateTimeOffset Since);

/// <summary>All that the scheduler has to know of a job, told anew when the job's actor (re)starts or it changes its mind.</summary>
/// <param name="Job">Its number.</param>
/// <param name="User">Whose it is: shares are fair between users.</param>
/// <param name="Priority">Higher runs first.</param>
/// <param name="SubmittedAt">Its age decides between jobs of one user.</param>
/// <param name="Steps">In the order of the plan.</param>
/// <param name="Startable">Tasks that may be started now; none while it is held, waits for other jobs, or is cancelled.</param>
/// <param name="Running">Tasks that hold resources.</param>
/// <param name="Needs">Tasks that need something else than their step.</param>
public sealed record JobDemand(
    JobId Job,
    string User,
    int Priority,
    DateTimeOffset SubmittedAt,
    ImmutableArray<StepNeed> Steps,
    ImmutableArray<TaskRange> Startable,
    ImmutableArray<Reservation> Running,
    ImmutableArray<TaskNeed> Needs);
