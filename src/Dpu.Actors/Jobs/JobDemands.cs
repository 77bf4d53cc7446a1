using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Actors.Jobs;

/// <summary>A job as the scheduler sees it.</summary>
internal static class JobDemands
{
    public static JobDemand Of(JobState state) => new(
        state.Id,
        state.Spec!.User,
        state.Spec.Priority,
        state.SubmittedAt,
        [.. state.Plan.Steps.Select(step => new StepNeed(step.First, step.Count, step.Resources, step.Recipe ?? step.Name, step.Rules))],
        state.Cancel is null ? state.Startable() : [],
        [.. state.Running.OrderBy(running => running.Key).Select(running => new Reservation(running.Key, running.Value.Node, running.Value.StartedAt))],
        []);
}
