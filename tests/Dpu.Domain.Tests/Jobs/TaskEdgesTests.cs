using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

/// <summary>The drawing at <see cref="TaskState"/>: these edges, by these events, and no other.</summary>
public sealed class TaskEdgesTests
{
    private const int Task = 1;

    /// <summary>Task 1 needs task 0, which has ended but for the first of these.</summary>
    private static readonly JobPlan Plan = Given.Steps([[]], [[0], []]);

    private static readonly Dictionary<TaskState, JobState> Reached = new()
    {
        [TaskState.Blocked] = Given.Job(Plan, Given.Start(0)),
        [TaskState.Ready] = Job(),
        [TaskState.Running] = Job(Given.Start(Task)),
        [TaskState.Unknown] = Job(Given.Start(Task), Given.Lost(Task)),
        [TaskState.Normal] = Job(Given.Start(Task), Given.Ended(Task)),
        [TaskState.Error] = Job(Given.Start(Task), Given.Ended(Task, cause: FailureCause.Recipe)),
        [TaskState.Aborted] = Job(Given.Start(2), Given.Cancel(force: true)),
        [TaskState.Held] = Job(Given.Start(Task), Given.Held(Task)),
    };

    private static readonly Dictionary<string, JobEvent> Events = new()
    {
        ["upstream"] = End(0, null, retry: false),
        ["started"] = new JobEvent.TasksStarted(Given.Node, Given.Incarnation, [new TaskAttempt(Task, 1)], Given.Now),
        ["normal"] = End(Task, null, retry: false),
        ["error"] = End(Task, FailureCause.Recipe, retry: false),
        ["retried"] = End(Task, FailureCause.Recipe, retry: true),
        ["cancelled"] = End(Task, FailureCause.Cancelled, retry: false),
        ["lost"] = new JobEvent.AttemptsLost(Given.Node, "gone", [new TaskAttempt(Task, 1)], Given.Now),
        ["held"] = new JobEvent.TasksHeld(Given.Node, [new AttemptEnd(Task, 1, null, false, "", Given.Exit(0), [], [])], "seeing", Given.Now),
        ["aborted"] = new JobEvent.TasksAborted([new TaskRange(Task, 1)], "over", Given.Now),
    };

    [Fact]
    public void These_edges_and_no_others()
    {
        Reached.ShouldAllBe(reached => reached.Value.Cells[Task].State == reached.Key);
        var edges = from @from in Reached
                    from @event in Events
                    let to = Try(@from.Value, @event.Value)
                    where to is not null
                    select $"{@from.Key} {@event.Key} {to}";

        edges.Order(StringComparer.Ordinal).ShouldBe(
        [
            "Blocked aborted Aborted",
            "Blocked upstream Ready",
            "Held aborted Aborted",
            "Held cancelled Aborted",
            "Held normal Normal",
            "Ready aborted Aborted",
            "Ready started Running",
            "Running aborted Aborted",
            "Running cancelled Aborted",
            "Running error Error",
            "Running held Held",
            "Running lost Unknown",
            "Running normal Normal",
            "Running retried Ready",
            "Unknown aborted Aborted",
            "Unknown started Running",
        ]);
    }

    [Fact]
    public void An_outcome_of_another_attempt_cannot_have_happened()
    {
        var state = Job(Given.Start(Task), Given.Lost(Task), Given.Start(Task));

        Should.Throw<InvalidOperationException>(() => JobEvolution.Apply(state, Events["normal"]));
        Should.Throw<InvalidOperationException>(() => JobEvolution.Apply(state, Events["lost"]));
    }

    [Fact]
    public void A_job_is_made_once_and_cancelled_before_its_end()
    {
        var finished = Given.Job(Given.Tasks(1), Given.Start(0), Given.Ended(0));

        Should.Throw<InvalidOperationException>(() => JobEvolution.Apply(finished, new JobEvent.CancelRequested("late", false, Given.Now)));
        Should.Throw<InvalidOperationException>(() => JobEvolution.Apply(JobState.Empty, new JobEvent.CancelRequested("early", false, Given.Now)));
        Should.Throw<InvalidOperationException>(() => JobEvolution.Apply(finished, Given.EventsOf(Given.Decide(JobState.Empty, Given.Submit(Plan))).Single()));
    }

    [Theory]
    [InlineData(TaskState.Normal)]
    [InlineData(TaskState.Error)]
    [InlineData(TaskState.Aborted)]
    public void A_task_of_a_job_that_has_ended_may_be_opened_again(TaskState from)
    {
        var state = Given.Job(Given.Tasks(1), from switch
        {
            TaskState.Normal => [Given.Start(0), Given.Ended(0)],
            TaskState.Error => [Given.Start(0), Given.Ended(0, cause: FailureCause.Recipe)],
            _ => [Given.Cancel()],
        });
        state.Cells[0].State.ShouldBe(from);

        JobEvolution.Apply(state, new JobEvent.TasksReopened("somebody", "key", [new TaskRange(0, 1)], [], Given.Now)).Cells[0].State.ShouldBe(TaskState.Ready);
        Should.Throw<InvalidOperationException>(() => JobEvolution.Apply(Given.Job(Given.Tasks(1)), new JobEvent.TasksReopened("somebody", "key", [new TaskRange(0, 1)], [], Given.Now)));
    }

    private static JobState Job(params JobCommand[] history) => Given.Job(Plan, [Given.Start(0), Given.Ended(0), .. history]);

    private static JobEvent.TasksEnded End(int task, FailureCause? cause, bool retry) => new(
        Given.Node,
        [new AttemptEnd(task, 1, cause, retry, "", Given.Exit(0), [], [])],
        Given.Now);

    private static TaskState? Try(JobState state, JobEvent @event)
    {
        try
        {
            return JobEvolution.Apply(state, @event).Cells[Task].State;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
