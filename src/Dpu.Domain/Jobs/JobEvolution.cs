using System.Collections.Immutable;

namespace Dpu.Domain.Jobs;

/// <summary>The fold: what each event makes of a job. Pure, and total over the events that <see cref="JobDecider"/> makes.</summary>
public static class JobEvolution
{
    /// <summary>The state after <paramref name="event"/>; throws for an event that no job can have had in this state.</summary>
    public static JobState Apply(JobState state, JobEvent @event) => @event switch
    {
        JobEvent.Submitted submitted when !state.Exists => Submit(submitted),
        JobEvent.TasksStarted started => Start(state, started),
        JobEvent.TasksEnded ended => End(state, ended),
        JobEvent.AttemptsLost lost => Lose(state, lost),
        JobEvent.TasksAborted aborted => Abort(state, aborted),
        JobEvent.CancelRequested cancel when state is { Exists: true, Ended: false } => state with { Cancel = cancel, Held = null },
        JobEvent.TasksHeld held => Hold(state, held),
        JobEvent.Held held when state is { Exists: true, Ended: false } => state with { Held = held },
        JobEvent.Released when state is { Exists: true, Ended: false } => state with { Held = null },
        JobEvent.PriorityChanged changed when state is { Exists: true, Ended: false } => state with { Priority = changed.Priority },
        JobEvent.PrerequisitesMet met when state is { Exists: true, Ended: false } => state with { WaitsFor = state.WaitsFor.RemoveRange(met.Jobs) },
        JobEvent.ContextChanged changed when state.Exists => state with { Spec = state.Spec! with { Context = changed.Context } },
        JobEvent.TasksReopened reopened when state.Ended => JobReopening.Apply(state, reopened),
        _ => throw new InvalidOperationException($"{state} cannot have had the event {@event.GetType().Name}."),
    };

    private static JobState Submit(JobEvent.Submitted submitted)
    {
        var plan = submitted.Plan;
        var graph = JobGraph.From(plan);
        var cells = PagedArray<TaskCell>.Filled(plan.TaskCount, new TaskCell(TaskState.Ready, 0, 0));
        var waiting = PagedArray<int>.Empty;
        if (graph.HasEdges)
        {
            (cells, waiting) = Block(cells, graph.UpstreamCounts);
        }

        return new JobState
        {
            Id = submitted.Job,
            Spec = submitted.Spec,
            Plan = plan,
            Graph = graph,
            Cells = cells,
            Waiting = waiting,
            StartableCount = cells.Length - graph.UpstreamCounts.Count(static count => count > 0),
            Priority = submitted.Spec.Priority,
            WaitsFor = submitted.Spec.After,
            StepCounts = [.. plan.Steps.Select(step => new TaskCounts(0, 0, 0, step.Count, 0))],
            SubmittedAt = submitted.At,
        };
    }

    private static (PagedArray<TaskCell> Cells, PagedArray<int> Waiting) Block(PagedArray<TaskCell> cells, IReadOnlyList<int> upstreamCounts)
    {
        var blocked = cells.ToBuilder();
        var waiting = PagedArray<int>.Filled(cells.Length, 0).ToBuilder();
        for (var task = 0; task < upstreamCounts.Count; task++)
        {
            if (upstreamCounts[task] > 0)
            {
                blocked[task] = new TaskCell(TaskState.Blocked, 0, 0);
                waiting[task] = upstreamCounts[task];
            }
        }

        return (blocked.Build(), waiting.Build());
    }

    private static JobState Start(JobState state, JobEvent.TasksStarted started)
    {
        var change = new Change(state);
        foreach (var attempt in started.Attempts)
        {
            change.Move(attempt.Task, cell => cell with { State = TaskState.Running, Attempts = (ushort)attempt.Number });
            change.Running[attempt.Task] = new RunningAttempt(attempt.Number, started.Node, started.Incarnation, started.At);
        }

        return change.Done(started.At) with { StartedAt = state.StartedAt ?? started.At };
    }

    private static JobState End(JobState state, JobEvent.TasksEnded ended)
    {
        var change = new Change(state);
        foreach (var end in ended.Ends)
        {
            change.Leave(end.Task, end.Number);
            change.Move(end.Task, cell => cell with { State = StateAfter(end), Losses = LossesAfter(cell, end) });
            change.Note(end, ended.Node);
            if (end.Cause is null)
            {
                change.Release(end.Task, end.Outputs, ended.Node);
            }
        }

        return change.Done(ended.At);
    }

    private static JobState Hold(JobState state, JobEvent.TasksHeld held)
    {
        var change = new Change(state);
        foreach (var end in held.Ends)
        {
            change.Leave(end.Task, end.Number);
            change.Move(end.Task, static cell => cell with { State = TaskState.Held });
            change.HeldResults[end.Task] = new HeldResult(held.Node, held.Reason, end);
        }

        return change.Done(held.At);
    }

    private static byte LossesAfter(TaskCell cell, AttemptEnd end) =>
        end is { Cause: FailureCause.Node, Retry: true } ? OneMore(cell.Losses) : cell.Losses;

    private static byte OneMore(byte losses) => (byte)Math.Min(losses + 1, byte.MaxValue);

    private static TaskState StateAfter(AttemptEnd end) => end switch
    {
        { Cause: null } => TaskState.Normal,
        { Retry: true } => TaskState.Ready,
        { Cause: FailureCause.Cancelled } => TaskState.Aborted,
        _ => TaskState.Error,
    };

    private static JobState Lose(JobState state, JobEvent.AttemptsLost lost)
    {
        var change = new Change(state);
        foreach (var attempt in lost.Attempts)
        {
            change.Leave(attempt.Task, attempt.Number);
            change.Move(attempt.Task, cell => cell with { State = TaskState.Unknown, Losses = OneMore(cell.Losses) });
        }

        return change.Done(lost.At);
    }

    private static JobState Abort(JobState state, JobEvent.TasksAborted aborted)
    {
        var change = new Change(state);
        foreach (var range in aborted.Tasks)
        {
            for (var task = range.First; task < range.End; task++)
            {
                change.Move(task, cell => cell with { State = TaskState.Aborted });
            }
        }

        return change.Done(aborted.At);
    }

    /// <summary>One event's changes to many tasks, so that shared pages are copied once.</summary>
    private sealed class Change
    {
        private readonly JobState _state;
        private readonly PagedArray<TaskCell>.Builder _cells;
        private readonly PagedArray<int>.Builder _waiting;
        private readonly TaskCounts[] _counts;
        private readonly ImmutableDictionary<int, TaskTroubles>.Builder _troubles;
        private ImmutableDictionary<int, ImmutableArray<OutputFile>> _outputs;
        private ImmutableDictionary<int, string> _makers;
        private int _startable;

        public Change(JobState state)
        {
            _state = state;
            _cells = state.Cells.ToBuilder();
            _waiting = state.Waiting.ToBuilder();
            _counts = [.. state.StepCounts];
            _troubles = state.Troubles.ToBuilder();
            _outputs = state.Outputs;
            _makers = state.Makers;
            Running = state.Running.ToBuilder();
            HeldResults = state.HeldResults.ToBuilder();
            _startable = state.StartableCount;
        }

        public ImmutableDictionary<int, RunningAttempt>.Builder Running { get; }

        /// <summary>What a failure leaves behind for the next attempt.</summary>
        public void Note(AttemptEnd end, string node)
        {
            if (end is { Retry: true, Cause: not FailureCause.Returned })
            {
                _troubles[end.Task] = (_troubles.TryGetValue(end.Task, out var before) ? before : TaskTroubles.None).After(end, node);
            }
        }

        public ImmutableDictionary<int, HeldResult>.Builder HeldResults { get; }

        /// <summary>The current attempt at a task is over, or what it made is no longer held.</summary>
        public void Leave(int task, int number)
        {
            if (HeldResults.TryGetValue(task, out var held) && held.End.Number == number)
            {
                return;
            }

            if (!Running.TryGetValue(task, out var attempt) || attempt.Number != number)
            {
                throw new InvalidOperationException($"{_state}: attempt {number} of task {task} is over and was not the current one.");
            }

            Running.Remove(task);
        }

        public void Move(int task, Func<TaskCell, TaskCell> change)
        {
            var before = _cells[task];
            var after = change(before);
            if (!TaskEdges.Lead(before.State, after.State))
            {
                throw new InvalidOperationException($"{_state}: task {task} cannot go from {before.State} to {after.State}.");
            }

            _cells[task] = after;
            _startable += (after.Startable ? 1 : 0) - (before.Startable ? 1 : 0);
            if (after.Ended)
            {
                _troubles.Remove(task);
                HeldResults.Remove(task);
            }

            ref var counts = ref _counts[_state.Plan.StepOf(task)];
            counts = Count(Count(counts, before.State, -1), after.State, +1);
        }

        public void Release(int task, ImmutableArray<OutputFile> outputs, string node)
        {
            var dependents = _state.Graph.DependentsOf(task);
            if (dependents.IsEmpty)
            {
                return;
            }

            _outputs = _outputs.SetItem(task, outputs);
            _makers = _makers.SetItem(task, node);
            foreach (var dependent in dependents)
            {
                if (--_waiting[dependent] == 0 && _cells[dependent].State == TaskState.Blocked)
                {
                    _cells[dependent] = _cells[dependent] with { State = TaskState.Ready };
                    _startable++;
                }
            }
        }

        public JobState Done(DateTimeOffset at)
        {
            var after = _state with
            {
                Cells = _cells.Build(),
                Waiting = _waiting.Build(),
                StepCounts = [.. _counts],
                Running = Running.ToImmutable(),
                Outputs = _outputs,
                Makers = _makers,
                Troubles = _troubles.ToImmutable(),
                HeldResults = HeldResults.ToImmutable(),
                StartableCount = _startable,
            };
            return after.Ended ? after with { EndedAt = at, Held = null } : after;
        }

        private static TaskCounts Count(TaskCounts counts, TaskState state, int by) => state switch
        {
            TaskState.Normal => counts with { Normal = counts.Normal + by },
            TaskState.Error => counts with { Error = counts.Error + by },
            TaskState.Aborted => counts with { Aborted = counts.Aborted + by },
            TaskState.Unknown => counts with { Unknown = counts.Unknown + by },
            TaskState.Blocked or TaskState.Ready or TaskState.Running or TaskState.Held => counts with { Submitted = counts.Submitted + by },
            _ => throw new InvalidOperationException($"A task has no state {state}."),
        };
    }
}
