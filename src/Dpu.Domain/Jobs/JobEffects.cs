using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>What the world has to be told after an event was committed.</summary>
/// <param name="Released">Tasks that may be started now and could not before.</param>
/// <param name="ToEnd">Attempts whose processes must be ended.</param>
public sealed record JobEffects(ImmutableArray<TaskRange> Released, ImmutableArray<TaskAttempt> ToEnd)
{
    public static JobEffects None { get; } = new([], []);

    /// <summary>The effects of <paramref name="event"/>, which led from one state to the other.</summary>
    public static JobEffects Of(JobState before, JobEvent @event, JobState after) => @event switch
    {
        JobEvent.Submitted => None with { Released = after.Startable() },
        JobEvent.TasksEnded ended => None with { Released = ReleasedBy(before, ended, after) },
        JobEvent.AttemptsLost lost => None with { Released = TaskRangeBuilder.From(lost.Attempts.Select(a => a.Task)) },
        JobEvent.CancelRequested { Force: true } => None with { ToEnd = [.. before.Running.OrderBy(r => r.Key).Select(r => new TaskAttempt(r.Key, r.Value.Number))] },
        JobEvent.CancelRequested or JobEvent.TasksStarted or JobEvent.TasksAborted => None,
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
