using Dpu.Domain.Jobs;

namespace Dpu.Simulated;

/// <summary>A job twice over: as the code under test folds it, and as a naive reading of the same events.</summary>
internal sealed class JobWitness
{
    private readonly Dictionary<StepPlan, long> _memory = new(ReferenceEqualityComparer.Instance);

    public JobWitness(JobEvent.Submitted submitted)
    {
        Submitted = submitted;
        foreach (var step in submitted.Plan.Steps)
        {
            for (var index = 0; index < step.Count; index++)
            {
                Tasks.Add(new TaskWitness(step, (step.Work as StepWork.Groups)?.Tasks[index]));
            }
        }

        WaitsFor.UnionWith(submitted.Spec.After);
        State = JobEvolution.Apply(JobState.Empty, submitted);
    }

    public JobEvent.Submitted Submitted { get; }

    public JobState State { get; private set; }

    public List<TaskWitness> Tasks { get; } = [];

    public bool Cancelled { get; private set; }

    /// <summary>Whether anybody ever cancelled it; it may have been opened again since.</summary>
    public bool WasCancelled { get; private set; }

    /// <summary>Whether nothing of it may start.</summary>
    public bool Held { get; private set; }

    /// <summary>Every request that opened it again.</summary>
    public HashSet<string> Reopened { get; } = [];

    /// <summary>How it ended, each time that it did.</summary>
    public HashSet<JobStatus> Ends { get; } = [];

    /// <summary>Jobs that it still waits for.</summary>
    public HashSet<JobId> WaitsFor { get; } = [];

    public bool Ended => Tasks.TrueForAll(task => task.Outcome is not null);

    public TaskCounts Counts => new(
        Tasks.Count(task => task.Outcome == TaskState.Normal),
        Tasks.Count(task => task.Outcome == TaskState.Error),
        Tasks.Count(task => task.Outcome == TaskState.Aborted),
        Tasks.Count(task => task.Outcome is null && !task.Unknown),
        Tasks.Count(task => task.Unknown));

    public bool IsCurrent(int task, int number) => Tasks[task] is { Running: true } witness && witness.Attempts == number;

    /// <summary>Takes one more event; throws when it cannot follow those before.</summary>
    public void Take(JobEvent @event)
    {
        ViolationException.Unless(Ended == @event is JobEvent.TasksReopened, $"{@event} came when the job's end was {Ended}");
        switch (@event)
        {
            case JobEvent.TasksStarted started:
                foreach (var attempt in started.Attempts)
                {
                    Start(attempt);
                }

                break;
            case JobEvent.TasksEnded ended:
                foreach (var end in ended.Ends)
                {
                    End(end);
                }

                break;
            case JobEvent.AttemptsLost lost:
                foreach (var attempt in lost.Attempts)
                {
                    Lose(attempt);
                }

                break;
            case JobEvent.TasksAborted aborted:
                foreach (var task in aborted.Tasks.SelectMany(range => Enumerable.Range(range.First, range.Count)))
                {
                    Abort(task);
                }

                break;
            case JobEvent.CancelRequested:
                (Cancelled, WasCancelled, Held) = (true, true, false);
                break;
            case JobEvent.TasksHeld held:
                foreach (var end in held.Ends)
                {
                    ViolationException.Unless(IsCurrent(end.Task, end.Number), $"{end.Task}/{end.Number} is held and not the current attempt");
                    (Tasks[end.Task].Running, Tasks[end.Task].Held) = (false, true);
                }

                break;
            case JobEvent.Held:
                Held = true;
                break;
            case JobEvent.Released:
                Held = false;
                break;
            case JobEvent.PriorityChanged:
                break;
            case JobEvent.PrerequisitesMet met:
                ViolationException.Unless(met.Jobs.All(WaitsFor.Remove), $"the job did not wait for {string.Join(' ', met.Jobs)}");
                break;
            case JobEvent.TasksReopened reopened:
                Reopen(reopened);
                break;
            default:
                throw new ViolationException($"nobody knows the event {@event}");
        }

        State = JobEvolution.Apply(State, @event);
        Compare();
        if (Ended)
        {
            Ends.Add(State.Status);
        }
    }

    private void Start(TaskAttempt attempt)
    {
        var task = Tasks[attempt.Task];
        ViolationException.Unless(!Cancelled, $"task {attempt.Task} was started after its job was cancelled");
        ViolationException.Unless(!Held, $"task {attempt.Task} was started while its job was held");
        ViolationException.Unless(WaitsFor.Count == 0, $"task {attempt.Task} was started before job {string.Join(' ', WaitsFor)} had ended");
        ViolationException.Unless(task is { Running: false, Outcome: null }, $"task {attempt.Task} was started while it ran, or after its end");
        ViolationException.Unless(attempt.Number == task.Attempts + 1, $"attempt {attempt.Number} of task {attempt.Task} followed {task.Attempts}");
        ViolationException.Unless(task.Upstream.All(up => Tasks[up].Outcome == TaskState.Normal), $"task {attempt.Task} was started before what it needs");
        (task.Running, task.Unknown, task.Attempts) = (true, false, attempt.Number);
    }

    private void End(AttemptEnd end)
    {
        var wasHeld = Tasks[end.Task].Held && Tasks[end.Task].Attempts == end.Number;
        ViolationException.Unless(wasHeld || IsCurrent(end.Task, end.Number), $"an outcome of {end.Task}/{end.Number} was accepted, which is not the current attempt");
        ViolationException.Unless(end.Cause is null || end.Outputs.IsEmpty, $"{end.Task}/{end.Number} failed and has outputs");
        ViolationException.Unless(end.Cause is not null || end.Exit is { ExitCode: 0 }, $"{end.Task}/{end.Number} ended normally without exit code 0");
        var task = Tasks[end.Task];
        (task.Running, task.Held) = (false, false);
        task.Resources = task.Resources with { MemoryBytes = end.NextMemoryBytes ?? task.Resources.MemoryBytes };
        task.Outcome = end switch
        {
            { Cause: null } => TaskState.Normal,
            { Retry: true } => null,
            { Cause: FailureCause.Cancelled } => TaskState.Aborted,
            _ => TaskState.Error,
        };
    }

    private void Lose(TaskAttempt attempt)
    {
        ViolationException.Unless(IsCurrent(attempt.Task, attempt.Number), $"{attempt.Task}/{attempt.Number} was lost and is not the current attempt");
        (Tasks[attempt.Task].Running, Tasks[attempt.Task].Unknown) = (false, true);
    }

    private void Abort(int task)
    {
        ViolationException.Unless(Tasks[task] is { Running: false, Outcome: null }, $"task {task} was aborted while it ran, or after its end");
        (Tasks[task].Outcome, Tasks[task].Unknown, Tasks[task].Held) = (TaskState.Aborted, false, false);
    }

    private void Reopen(JobEvent.TasksReopened reopened)
    {
        ViolationException.Unless(Reopened.Add(reopened.Key), $"the request {reopened.Key} opened the job twice");
        (Cancelled, Held) = (false, false);
        foreach (var task in reopened.Tasks.SelectMany(range => Enumerable.Range(range.First, range.Count)))
        {
            var witness = Tasks[task];
            var changed = reopened.Changes.FirstOrDefault(change => ReferenceEquals(Submitted.Plan.Steps[change.Step], witness.Step));
            _memory[witness.Step] = changed?.MemoryBytes ?? _memory.GetValueOrDefault(witness.Step, witness.Step.Resources.MemoryBytes);
            (witness.Outcome, witness.Resources) = (null, witness.Resources with { MemoryBytes = _memory[witness.Step] });
        }

        foreach (var task in Tasks.Where(task => task.Outcome is not null))
        {
            ViolationException.Unless(
                task.Outcome == TaskState.Normal && task.Upstream.All(up => Tasks[up].Outcome == TaskState.Normal),
                "the job was opened again, and a task stayed ended that did not end normally or that needs one which runs again");
        }
    }

    private void Compare()
    {
        ViolationException.Unless(State.Counts == Counts, $"the state counts {State.Counts}, the events tell {Counts}");
        ViolationException.Unless(State.Counts.Total == Tasks.Count, $"{State.Counts} does not add up to {Tasks.Count}");
        ViolationException.Unless(State.Ended == Ended, $"the state says ended: {State.Ended}");
    }
}
