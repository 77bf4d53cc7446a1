using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>What the world has to be told after an event was committed.</summary>
/// <param name="Released">Tasks that may be started now and could not before.</param>
/// <param name="ToEnd">Attempts whose processes must be ended.</param>
/// <param name="Demands">Whether what the job needs has changed as a whole: the scheduler is told all of it anew.</param>
public sealed record JobEffects(ImmutableArray<TaskRange> Released, ImmutableArray<TaskAttempt> ToEnd, bool Demands)
{
    public static JobEffects None { get; } = new([], [], Demands: false);

    private static JobEffects DemandsOnly { get; } = None with { Demands = true };

    /// <summary>The effects of <paramref name="event"/>, which led from one state to the other.</summary>
    public static JobEffects Of(JobState before, JobEvent @event, JobState after) => @event switch
    {
        JobEvent.Submitted => DemandsOnly with { Released = after.Startable() },
        JobEvent.TasksEnded ended => None with { Released = ReleasedBy(before, ended, after) },
        JobEvent.AttemptsLost lost => None with { Released = TaskRangeBuilder.From(lost.Attempts.Select(a => a.Task)) },
        JobEvent.CancelRequested { Force: true } => DemandsOnly with { ToEnd = [.. before.Running.OrderBy(r => r.Key).Select(r => new TaskAttempt(r.Key, r.Value.Number))] },
        JobEvent.CancelRequested or JobEvent.Held or JobEvent.Released or JobEvent.PriorityChanged or JobEvent.PrerequisitesMet => DemandsOnly,
        JobEvent.TasksReopened => DemandsOnly with { Released = after.Startable() },
        JobEvent.TasksStarted or JobEvent.TasksAborted or JobEvent.TasksHeld or JobEvent.ContextChanged => None,
        _ => throw new InvalidOperationException($"A job knows no event {@event.GetType().Name}."),
    };

    private static ImmutableArray<TaskRange> ReleasedBy(JobState before, JobEvent.TasksEnded ended, JobState after)
    {
        List<int>? released = null;
        foreach (var end in ended.Ends)
        {
            if (end.Retry)
            {
                (released ??= []).Add(end.Task);
            }

            foreach (var dependent in after.Graph.DependentsOf(end.Task))
            {
                if (after.Cells[dependent].Startable && !before.Cells[dependent].Startable)
                {
                    (released ??= []).Add(dependent);
                }
            }
        }

        return released is null ? [] : TaskRangeBuilder.From(released);
    }
}
