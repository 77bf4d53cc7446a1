using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Actors.Jobs;

/// <summary>A job as the scheduler sees it.</summary>
internal static class JobDemands
{
    public static JobDemand Of(JobState state)
    {
        var startable = state.MayStart ? state.Startable() : [];
        var troubled = state.Troubles.Keys.Order().Select(task => NeedOf(state, task)).OfType<TaskNeed>();
        return new(
            state.Id,
            state.Spec!.User,
            state.Priority,
            state.SubmittedAt,
            [.. state.Plan.Steps.Select(step => new StepNeed(step.First, step.Count, step.Resources, step.Recipe ?? step.Name, step.Rules) { Programs = ProgramsOf(state.Spec, step.Work) })],
            startable,
            [.. state.Running.OrderBy(running => running.Key).Select(running => new Reservation(running.Key, running.Value.Node, running.Value.StartedAt))],
            [.. troubled.Concat(NeedsOf(state, startable)).DistinctBy(need => need.Task)]);
    }

    /// <summary>What tasks need beyond their step: those that failed in a way that asks for it, and those that read what tasks before them made.</summary>
    public static ImmutableArray<TaskNeed> NeedsOf(JobState state, ImmutableArray<TaskRange> tasks) => state.Troubles.IsEmpty && state.Makers.IsEmpty
        ? []
        : [.. from range in tasks
              from task in Enumerable.Range(range.First, range.Count)
              let need = NeedOf(state, task)
              where need is not null
              select need];

    /// <summary>Where code comes along, its programs may come with it: only whether a node can take it at all is known before.</summary>
    private static ImmutableArray<string> ProgramsOf(JobSpec spec, StepWork work)
    {
        var programs = work is StepWork.Groups groups && spec is { Code: null, Version: null }
            ? groups.Commands.Select(command => command.Program[0]).Distinct(StringComparer.Ordinal)
            : [];
        return spec is { Code: null, Version: null, Settings.IsEmpty: true } ? [.. programs] : [.. programs, NodeAbout.Shipping];
    }

    private static TaskNeed? NeedOf(JobState state, int task)
    {
        var (troubles, near) = (state.TroublesOf(task), UpstreamFiles.MostlyOn(state, task));
        return troubles.MemoryBytes is null && troubles.Avoid.IsEmpty && near is null ? null : new TaskNeed(task, troubles.MemoryBytes, troubles.Avoid, near);
    }
}
