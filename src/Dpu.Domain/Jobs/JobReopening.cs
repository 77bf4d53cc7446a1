using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>The fold of <see cref="JobEvent.TasksReopened"/>: tasks begin anew, and only the numbers of their attempts go on.</summary>
internal static class JobReopening
{
    public static JobState Apply(JobState state, JobEvent.TasksReopened reopened)
    {
        var tasks = reopened.Tasks.SelectMany(range => Enumerable.Range(range.First, range.Count)).ToList();
        var cells = state.Cells.ToBuilder();
        var waiting = state.Waiting.ToBuilder();
        var counts = state.StepCounts.ToArray();
        foreach (var task in tasks)
        {
            ref var step = ref counts[state.Plan.StepOf(task)];
            step = Without(step, cells[task].State) with { Submitted = step.Submitted + 1 };
            cells[task] = new TaskCell(TaskState.Ready, Losses: 0, cells[task].Attempts);
        }

        // Only now is it known which tasks the others have to wait for again.
        foreach (var task in tasks)
        {
            var open = UpstreamOf(state.Plan, task).Count(needed => cells[needed].State != TaskState.Normal);
            if (open > 0)
            {
                cells[task] = cells[task] with { State = TaskState.Blocked };
            }

            if (state.Graph.HasEdges)
            {
                waiting[task] = open;
            }

            foreach (var dependent in state.Graph.DependentsOf(task))
            {
                if (cells[dependent].Ended)
                {
                    throw new InvalidOperationException($"{state}: task {dependent} needs task {task}, which was opened again without it.");
                }
            }
        }

        var after = state with
        {
            Plan = Changed(state.Plan, reopened.Changes),
            Cells = cells.Build(),
            Waiting = waiting.Build(),
            StepCounts = [.. counts],
            Outputs = state.Outputs.RemoveRange(tasks),
            Makers = state.Makers.RemoveRange(tasks),
            Cancel = null,
            Held = null,
            Reopened = reopened,
            EndedAt = null,
        };
        return after with { StartableCount = after.Startable().Sum(range => range.Count) };
    }

    private static ImmutableArray<int> UpstreamOf(JobPlan plan, int task)
    {
        var step = plan.Steps[plan.StepOf(task)];
        return step.Work is StepWork.Groups groups ? groups.Tasks[task - step.First].Upstream : [];
    }

    private static TaskCounts Without(TaskCounts counts, TaskState state) => state switch
    {
        TaskState.Normal => counts with { Normal = counts.Normal - 1 },
        TaskState.Error => counts with { Error = counts.Error - 1 },
        TaskState.Aborted => counts with { Aborted = counts.Aborted - 1 },
        _ => throw new InvalidOperationException($"A task that is {state} has not ended, and cannot be opened again."),
    };

    private static JobPlan Changed(JobPlan plan, ImmutableArray<StepChange> changes)
    {
        var steps = plan.Steps.ToBuilder();
        foreach (var change in changes)
        {
            var step = steps[change.Step];
            steps[change.Step] = step with
            {
                Resources = step.Resources with { MemoryBytes = change.MemoryBytes },
                Work = step.Work is StepWork.Groups groups ? groups with { Commands = change.Commands } : step.Work,
            };
        }

        return plan with { Steps = steps.ToImmutable() };
    }
}
