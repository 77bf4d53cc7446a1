using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class JobDeciderTests
{
    private static readonly RetryRules ThreeTries = RetryRules.Once with { Recipe = 3, Time = 3, NodeLosses = 2 };

    [Fact]
    public void Only_tasks_that_can_start_are_started_each_under_its_next_number()
    {
        var state = Given.Job(Given.Tasks(4), Given.Start(0, 1), Given.Ended(0), Given.Lost(1));

        var started = Given.EventsOf(Given.Decide(state, Given.Start(0, 1, 2, 2, 9, -1))).Single().ShouldBeOfType<JobEvent.TasksStarted>();

        started.Attempts.ShouldBe([new TaskAttempt(1, 2), new TaskAttempt(2, 1)]);
        (started.Node, started.Incarnation, started.At).ShouldBe((Given.Node, Given.Incarnation, Given.Now));
    }

    [Fact]
    public void A_failure_is_tried_again_until_it_has_failed_often_enough()
    {
        var state = Given.Job(Given.Tasks(1).Tried(ThreeTries));
        for (var number = 1; number <= 3; number++)
        {
            state = Given.After(state, Given.Start(0));
            var end = EndOf(state, Given.Ended(0, number, FailureCause.Recipe));
            (end.Number, end.Retry).ShouldBe((number, number < 3));
            state = Given.After(state, Given.Ended(0, number, FailureCause.Recipe));
        }

        state.Status.ShouldBe(JobStatus.Failed);
        state.Counts.ShouldBe(new TaskCounts(0, 1, 0, 0, 0));
    }

    [Fact]
    public void A_lost_node_uses_up_none_of_the_task_s_own_tries()
    {
        var state = Given.Job(Given.Tasks(1).Tried(RetryRules.Once with { Recipe = 2 }), Given.Start(0), Given.Lost(0), Given.Start(0));

        EndOf(state, Given.Ended(0, 2, FailureCause.Recipe)).Retry.ShouldBeTrue();
        state = Given.After(Given.After(state, Given.Ended(0, 2, FailureCause.Recipe)), Given.Start(0));
        EndOf(state, Given.Ended(0, 3, FailureCause.Recipe)).Retry.ShouldBeFalse();
    }

    [Fact]
    public void A_task_under_which_node_after_node_is_lost_is_taken_for_the_cause()
    {
        var state = Given.Job(Given.Tasks(1).Tried(ThreeTries), Given.Start(0));
        Given.EventsOf(Given.Decide(state, Given.Lost(0))).Single().ShouldBeOfType<JobEvent.AttemptsLost>();
        state = Given.After(Given.After(state, Given.Lost(0)), Given.Start(0));

        var end = EndOf(state, Given.Lost(0, 2));

        (end.Cause, end.Retry).ShouldBe((FailureCause.Node, false));
        end.Message.ShouldBe("2 nodes were lost while this task ran on them; the last: the keeper died");
    }

    [Fact]
    public void A_loss_that_some_survive_and_others_do_not_is_told_of_each()
    {
        var plan = Given.Steps([[], []], [[0]]).Tried(ThreeTries);
        var state = Given.Job(plan, Given.Start(0), Given.Lost(0), Given.Start(0, 1));
        var lost = new JobCommand.ReportLost(Given.Node, [new TaskAttempt(0, 2), new TaskAttempt(1, 1)], "the keeper died");

        var events = Given.EventsOf(Given.Decide(state, lost));

        events.Length.ShouldBe(3);
        events[0].ShouldBeOfType<JobEvent.AttemptsLost>().Attempts.ShouldBe([new TaskAttempt(1, 1)]);
        events[1].ShouldBeOfType<JobEvent.TasksEnded>().Ends.Single().Task.ShouldBe(0);
        events[2].ShouldBeOfType<JobEvent.TasksAborted>().Tasks.ShouldBe([new TaskRange(2, 1)]);
    }

    [Fact]
    public void Whatever_needs_a_failed_task_is_aborted_and_told_which_one_it_needs()
    {
        // 0 and 1 fail together; 2 and 4 need 0, 3 needs 1, 5 needs both of these chains.
        var plan = Given.Steps([[], []], [[0], [1]], [[2], [2, 3]]);
        var state = Given.Job(plan, Given.Start(0, 1));
        var report = new JobCommand.ReportEnds(Given.Node, [Given.Report(0, 1, FailureCause.Recipe), Given.Report(1, 1, FailureCause.Recipe)]);

        var aborted = Given.EventsOf(Given.Decide(state, report)).OfType<JobEvent.TasksAborted>().ToList();

        aborted.Select(e => (Tasks: string.Join(' ', e.Tasks.SelectMany(r => Enumerable.Range(r.First, r.Count))), e.Reason)).ShouldBe(
            [("2 4 5", "needs task 0, which did not end normally"), ("3", "needs task 1, which did not end normally")]);
        Given.After(state, report).Counts.ShouldBe(new TaskCounts(0, 2, 4, 0, 0));
    }

    [Fact]
    public void A_failure_that_is_tried_again_aborts_nothing()
    {
        var state = Given.Job(Given.Steps([[]], [[0]]).Tried(ThreeTries), Given.Start(0));

        Given.EventsOf(Given.Decide(state, Given.Ended(0, cause: FailureCause.Recipe))).Length.ShouldBe(1);
    }

    [Fact]
    public void Reports_of_attempts_that_do_not_matter_are_counted_and_the_others_taken()
    {
        var state = Given.Job(Given.Tasks(3), Given.Start(0, 1));
        var report = new JobCommand.ReportEnds(Given.Node, [Given.Report(0), Given.Report(0), Given.Report(1, 2), Given.Report(2), Given.Report(50), Given.Report(-1)]);

        var decision = Given.Decide(state, report).ShouldBeOfType<JobDecision.Accepted>();

        decision.Stale.ShouldBe(5);
        decision.Events.Single().ShouldBeOfType<JobEvent.TasksEnded>().Ends.Single().Task.ShouldBe(0);
        Given.Decide(state, Given.Ended(2)).ShouldBeOfType<JobDecision.Ignored>().Stale.ShouldBe(1);
    }

    [Fact]
    public void Outputs_count_only_for_a_normal_end()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0));
        var failed = Given.Report(0, 1, FailureCause.Data) with { Outputs = [Given.Output(0, 1)] };

        EndOf(state, new JobCommand.ReportEnds(Given.Node, [failed])).Outputs.ShouldBeEmpty();
        EndOf(state, Given.Ended(0)).Outputs.Length.ShouldBe(1);
    }

    [Fact]
    public void What_ends_after_its_job_was_cancelled_by_force_is_aborted_unless_it_ended_normally()
    {
        var state = Given.Job(Given.Tasks(3).Tried(ThreeTries), Given.Start(0, 1), Given.Cancel(force: true));

        EndOf(state, Given.Ended(0, cause: FailureCause.Recipe)).ShouldSatisfyAllConditions(
            end => end.Cause.ShouldBe(FailureCause.Cancelled),
            end => end.Retry.ShouldBeFalse());
        EndOf(state, Given.Lost(1)).Cause.ShouldBe(FailureCause.Cancelled);
        var ended = Given.After(Given.After(state, Given.Ended(0)), Given.Lost(1));
        (ended.Status, ended.Counts).ShouldBe((JobStatus.Cancelled, new TaskCounts(1, 0, 2, 0, 0)));
    }

    [Fact]
    public void A_cancellation_aborts_all_that_does_not_run()
    {
        var state = Given.Job(Given.Steps([[], [], []], [[0]]), Given.Start(0, 1), Given.Lost(1));

        var events = Given.EventsOf(Given.Decide(state, Given.Cancel(force: true)));

        events[0].ShouldBe(new JobEvent.CancelRequested("somebody", true, Given.Now));
        events[1].ShouldBeOfType<JobEvent.TasksAborted>().Tasks.ShouldBe([new TaskRange(1, 3)]);
    }

    [Fact]
    public void The_refusal_to_cancel_says_what_would_do_it() =>
        Given.Decide(Given.Job(Given.Tasks(2), Given.Start(0)), Given.Cancel()).ShouldBeOfType<JobDecision.Rejected>()
            .Message.ShouldBe("Job 7 is running (1 of its tasks): cancel it with --force to end them.");

    private static AttemptEnd EndOf(JobState state, JobCommand command) =>
        Given.EventsOf(Given.Decide(state, command)).OfType<JobEvent.TasksEnded>().Single().Ends.Single();
}
