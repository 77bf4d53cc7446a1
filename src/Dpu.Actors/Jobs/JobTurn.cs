using System.Collections.Immutable;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;

namespace Dpu.Actors.Jobs;

/// <summary>
/// The decisions over one batch of messages: each sees the state that the earlier ones lead to, and nothing is told to anybody
/// before all their events are committed.
/// </summary>
internal sealed class JobTurn(JobState state, DateTimeOffset now)
{
    private readonly List<TaskRange> _released = [];
    private readonly List<SchedulerMessage> _freed = [];
    private readonly List<(string Node, AttemptId Attempt)> _toEnd = [];

    public JobState State { get; private set; } = state;

    public List<JobEvent> Events { get; } = [];

    public List<Action> AfterCommit { get; } = [];

    /// <summary>Whether the scheduler is to be told anew what the job needs, when all of this is committed.</summary>
    public bool Demands { get; private set; }

    /// <summary>Whether the frontend wants to know if the job has ended.</summary>
    public bool AsksEnd { get; set; }

    /// <summary>Whether the job may have others to wait for that it did not have before.</summary>
    public bool Waits { get; private set; }

    public JobDecision Decide(JobCommand command)
    {
        var decision = JobDecider.Decide(State, command, now);
        if (decision is JobDecision.Accepted accepted)
        {
            foreach (var @event in accepted.Events)
            {
                Advance(@event);
            }
        }

        return decision;
    }

    public ImmutableArray<TaskStart> StartsOf(ImmutableArray<TaskAttempt> attempts) =>
        [.. attempts.Select(attempt => TaskStart.For(State, attempt.Task))];

    public AdoptedTask AdoptionOf(int task, RunningAttempt running) => new(TaskStart.For(State, task), running.Incarnation);

    public ImmutableArray<TaskRange> TakeReleased()
    {
        var released = _released.ToImmutableArray();
        _released.Clear();
        return released;
    }

    public ImmutableArray<SchedulerMessage> TakeFreed()
    {
        var freed = _freed.ToImmutableArray();
        _freed.Clear();
        return freed;
    }

    public IEnumerable<(string Node, ImmutableArray<AttemptId> Attempts)> TakeAttemptsToEnd()
    {
        var toEnd = _toEnd.GroupBy(a => a.Node, a => a.Attempt, StringComparer.Ordinal)
            .Select(group => (group.Key, group.ToImmutableArray()))
            .ToList();
        _toEnd.Clear();
        return toEnd;
    }

    private void Advance(JobEvent @event)
    {
        var before = State;
        State = JobEvolution.Apply(before, @event);
        Events.Add(@event);

        var effects = JobEffects.Of(before, @event, State);
        _released.AddRange(effects.Released);
        Demands |= effects.Demands;
        Waits |= @event is JobEvent.Submitted or JobEvent.TasksReopened;
        _toEnd.AddRange(effects.ToEnd.Select(a => (before.Running[a.Task].Node, new AttemptId(before.Id, a.Task, a.Number))));
        _freed.AddRange(FreedBy(before, @event));
    }

    private IEnumerable<SchedulerMessage> FreedBy(JobState before, JobEvent @event) => @event switch
    {
        JobEvent.TasksEnded ended => Freed(before, ended.Ends),
        JobEvent.TasksHeld held => Freed(before, held.Ends),
        JobEvent.AttemptsLost lost => [new SchedulerMessage.TasksFreed(State.Id, [.. lost.Attempts.Select(a => FreedTask.Lost(a.Task))])],
        _ => [],
    };

    /// <summary>What is released after it was held has been freed long ago.</summary>
    private static IEnumerable<SchedulerMessage> Freed(JobState before, ImmutableArray<AttemptEnd> ends)
    {
        var freed = ends.Where(end => before.Running.ContainsKey(end.Task)).Select(end => FreedTask.Ended(end.Task, end.Cause, Seconds(end.Exit))).ToImmutableArray();
        return freed.IsEmpty ? [] : [new SchedulerMessage.TasksFreed(before.Id, freed)];
    }

    private static double? Seconds(AttemptExit? exit) => exit is null ? null : (exit.EndedAt - exit.StartedAt).TotalSeconds;
}
