using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

/// <summary>What a person, or another job, does to a job beside cancelling it.</summary>
public sealed class ControlTests
{
    [Fact]
    public void A_held_job_starts_nothing_more_and_what_runs_goes_on()
    {
        var state = Given.Job(Given.Tasks(2), Given.Start(0), Given.Hold());

        state.Status.ShouldBe(JobStatus.Held);
        state.Held.ShouldBe(new JobEvent.Held("somebody", "wait", Given.Now));
        Given.Decide(state, Given.Start(1)).ShouldBeOfType<JobDecision.Ignored>();
        Given.After(state, Given.Ended(0)).Counts.ShouldBe(new TaskCounts(1, 0, 0, 1, 0));
    }

    [Fact]
    public void A_released_job_goes_on_where_it_was()
    {
        var state = Given.Job(Given.Tasks(2), Given.Start(0), Given.Hold(), Given.Ended(0), Given.Release());

        state.Status.ShouldBe(JobStatus.Running);
        Given.After(state, Given.Start(1)).Running.Keys.ShouldBe([1]);
    }

    [Fact]
    public void A_held_job_ends_when_what_runs_was_all_there_was()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Hold(), Given.Ended(0));

        (state.Status, state.Held).ShouldBe((JobStatus.Finished, null));
    }

    [Fact]
    public void A_cancelled_job_is_no_longer_held() =>
        Given.Job(Given.Tasks(1), Given.Hold(), Given.Cancel()).Status.ShouldBe(JobStatus.Cancelled);

    [Fact]
    public void A_result_that_waits_for_a_word_counts_as_submitted_and_what_needs_it_does_not_start()
    {
        var state = Given.Job(Given.Steps([[], []], [[0]]), Given.Start(0, 1), Given.Held(0));

        state.Counts.ShouldBe(new TaskCounts(0, 0, 0, 3, 0));
        state.Cells[2].State.ShouldBe(TaskState.Blocked);
        state.Outputs.ShouldBeEmpty();
        (state.Status, state.NeedsWord).ShouldBe((JobStatus.Running, false));
    }

    [Fact]
    public void A_job_that_can_only_wait_for_a_word_says_so()
    {
        var state = Given.Job(Given.Steps([[], []], [[0]]), Given.Start(0, 1), Given.Held(0), Given.Ended(1));

        state.Status.ShouldBe(JobStatus.Held);
        state.Held!.Reason.ShouldBe("1 result waits for a person's word");
    }

    [Fact]
    public void A_release_records_held_results_as_if_they_were_reported_now()
    {
        var state = Given.Job(Given.Steps([[]], [[0]]), Given.Start(0), Given.Held(0));

        var events = Given.EventsOf(Given.Decide(state, Given.Release()));
        state = Given.After(state, Given.Release());

        events[0].ShouldBe(new JobEvent.Released("somebody", Given.Now));
        events[1].ShouldBeOfType<JobEvent.TasksEnded>().Ends.Single().Outputs.Single().Id.ShouldBe(Given.Output(0, 1).Id);
        state.Counts.ShouldBe(new TaskCounts(1, 0, 0, 1, 0));
        state.Outputs[0].Single().Id.ShouldBe(Given.Output(0, 1).Id);
        Given.After(state, Given.Start(1)).Running.Keys.ShouldBe([1]);
    }

    [Fact]
    public void Cancelling_aborts_what_is_held()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Held(0), Given.Cancel());

        (state.Status, state.Counts).ShouldBe((JobStatus.Cancelled, new TaskCounts(0, 0, 1, 0, 0)));
        state.HeldResults.ShouldBeEmpty();
    }

    [Fact]
    public void A_doubtful_result_of_a_cancelled_job_is_nobody_s()
    {
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Cancel(force: true), Given.Held(0));

        (state.Status, state.Counts).ShouldBe((JobStatus.Cancelled, new TaskCounts(0, 0, 1, 0, 0)));
    }

    [Fact]
    public void A_changed_priority_is_what_counts()
    {
        var state = Given.Job(Given.Tasks(1), new JobCommand.ChangePriority("somebody", -7));

        state.Priority.ShouldBe(-7);
        Given.Decide(state, new JobCommand.ChangePriority("somebody", -7)).ShouldBeOfType<JobDecision.Ignored>();
    }

    [Fact]
    public void A_job_can_be_shown_to_others_also_after_its_end()
    {
        var world = new WorkContext("KIDS", Privileges.World);
        var state = Given.Job(Given.Tasks(1), Given.Start(0), Given.Ended(0), new JobCommand.ChangeContext("somebody", world));

        state.Spec!.Context.ShouldBe(world);
        Given.Decide(state, new JobCommand.ChangeContext("somebody", world)).ShouldBeOfType<JobDecision.Ignored>();
    }

    [Fact]
    public void A_job_that_waits_for_others_starts_when_all_of_them_have_ended_well()
    {
        var state = Waiting();
        Given.Decide(state, Given.Start(0)).ShouldBeOfType<JobDecision.Ignored>();

        state = Given.After(state, Ended(3, JobStatus.Finished));
        Given.Decide(state, Given.Start(0)).ShouldBeOfType<JobDecision.Ignored>();
        state = Given.After(state, Ended(4, JobStatus.Finished));

        Given.After(state, Given.Start(0)).Running.Keys.ShouldBe([0]);
    }

    [Theory]
    [InlineData(JobStatus.Failed, "waited for job 4, which ended FAILED")]
    [InlineData(JobStatus.Cancelled, "waited for job 4, which ended CANCELLED")]
    public void A_job_that_waits_for_one_that_did_not_end_well_never_starts_and_says_which(JobStatus status, string reason)
    {
        var events = Given.EventsOf(Given.Decide(Waiting(), Ended(4, status)));

        events.Single().ShouldBeOfType<JobEvent.TasksAborted>().Reason.ShouldBe(reason);
        Given.After(Waiting(), Ended(4, status)).Status.ShouldBe(JobStatus.Failed);
    }

    [Fact]
    public void A_job_that_is_run_again_waits_again_for_what_it_never_saw_end_well()
    {
        var state = Given.After(Given.After(Waiting(), Ended(3, JobStatus.Finished)), Ended(4, JobStatus.Failed));

        state = Given.After(state, Given.Retry());

        state.WaitsFor.ShouldBe([new JobId(4)]);
        state.MayStart.ShouldBeFalse();
        Given.After(Given.After(state, Ended(4, JobStatus.Finished)), Given.Start(0)).Running.Keys.ShouldBe([0]);
    }

    private static JobState Waiting()
    {
        var submit = Given.Submit(Given.Tasks(1));
        return Given.After(JobState.Empty, submit with { Spec = submit.Spec with { After = [new JobId(3), new JobId(4)] } });
    }

    private static JobCommand.PrerequisiteEnded Ended(int job, JobStatus status) => new(new JobId(job), status);
}
