using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Actors.Jobs;

/// <summary>A job as the scheduler sees it.</summary>
internal static class JobDemands
{
    public static JobDemand Of(JobState state) => new(
        state.Id,
        state.Spec!.User,
        state.Priority,
        state.SubmittedAt,
        [.. state.Plan.Steps.Select(step => new StepNeed(step.First, step.Count, step.Resources, step.Recipe ?? step.Name, step.Rules))],
        state.MayStart ? state.Startable() : [],
        [.. state.Running.OrderBy(running => running.Key).Select(running => new Reservation(running.Key, running.Value.Node, running.Value.StartedAt))],
        [.. state.Troubles.Where(Matters).OrderBy(trouble => trouble.Key).Select(trouble => NeedOf(trouble.Key, trouble.Value))]);

    /// <summary>What tasks need beyond their step: only of those that failed in a way that asks for it.</summary>
    public static ImmutableArray<TaskNeed> NeedsOf(JobState state, ImmutableArray<TaskRange> tasks) => state.Troubles.IsEmpty
        ? []
        : [.. from range in tasks
              from task in Enumerable.Range(range.First, range.Count)
              where state.Troubles.TryGetValue(task, out var troubles) && (troubles.MemoryBytes is not null || !troubles.Avoid.IsEmpty)
              select NeedOf(task, state.Troubles[task])];

    private static bool Matters(KeyValuePair<int, TaskTroubles> trouble) => trouble.Value.MemoryBytes is not null || !trouble.Value.Avoid.IsEmpty;

    private static TaskNeed NeedOf(int task, TaskTroubles troubles) => new(task, troubles.MemoryBytes, troubles.Avoid, Near: null);
}
