using Dpu.Domain.Jobs;

namespace Dpu.Actors.Tests.Simulated;

/// <summary>A job twice over: as the code under test folds it, and as a naive reading of the same events.</summary>
internal sealed class JobWitness
{
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

        State = JobEvolution.Apply(JobState.Empty, submitted);
    }

    public JobEvent.Submitted Submitted { get; }

    public JobState State { get; private set; }

    public List<TaskWitness> Tasks { get; } = [];

    public bool Cancelled { get; private set; }

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
        ViolationException.Unless(!Ended, $"{@event} came after the job's end");
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
                Cancelled = true;
                break;
            default:
                throw new ViolationException($"nobody knows the event {@event}");
        }

        State = JobEvolution.Apply(State, @event);
        Compare();
    }

    private void Start(TaskAttempt attempt)
    {
        var task = Tasks[attempt.Task];
        ViolationException.Unless(!Cancelled, $"task {attempt.Task} was started after its job was cancelled");
        ViolationException.Unless(task is { Running: false, Outcome: null }, $"task {attempt.Task} was started while it ran, or after its end");
        ViolationException.Unless(attempt.Number == task.Attempts + 1, $"attempt {attempt.Number} of task {attempt.Task} followed {task.Attempts}");
        ViolationException.Unless(task.Upstream.All(up => Tasks[up].Outcome == TaskState.Normal), $"task {attempt.Task} was started before what it needs");
        (task.Running, task.Unknown, task.Attempts) = (true, false, attempt.Number);
    }

    private void End(AttemptEnd end)
    {
        ViolationException.Unless(IsCurrent(end.Task, end.Number), $"an outcome of {end.Task}/{end.Number} was accepted, which is not the current attempt");
        ViolationException.Unless(end.Cause is null || end.Outputs.IsEmpty, $"{end.Task}/{end.Number} failed and has outputs");
        ViolationException.Unless(end.Cause is not null || end.Exit is { ExitCode: 0 }, $"{end.Task}/{end.Number} ended normally without exit code 0");
        var task = Tasks[end.Task];
        task.Running = false;
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
        (Tasks[task].Outcome, Tasks[task].Unknown) = (TaskState.Aborted, false);
    }

    private void Compare()
    {
        ViolationException.Unless(State.Counts == Counts, $"the state counts {State.Counts}, the events tell {Counts}");
        ViolationException.Unless(State.Counts.Total == Tasks.Count, $"{State.Counts} does not add up to {Tasks.Count}");
        ViolationException.Unless(State.Ended == Ended, $"the state says ended: {State.Ended}");
    }
}
