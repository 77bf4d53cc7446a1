using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Frontend;

/// <summary>What is done to jobs that live, that have ended, and that are just ending; and jobs that wait for jobs.</summary>
public sealed class ControlRoutingTests
{
    [Fact]
    public void A_held_job_is_held_in_the_next_life_too_and_goes_on_when_it_is_released()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Control(1, new JobCommand.HoldJob("user", "wait")).ShouldBe(new ControlReply.Done());
        bench.Announced(1).Demand.Startable.ShouldBeEmpty();

        bench.Start();
        bench.World.RunUntilIdle();
        bench.Announced(1).Demand.Startable.ShouldBeEmpty();
        bench.Control(1, new JobCommand.HoldJob("user", "wait")).ShouldBe(new ControlReply.Done(Again: true));

        bench.Control(1, new JobCommand.ReleaseJob("user")).ShouldBe(new ControlReply.Done());
        bench.Announced(1).Demand.Startable.ShouldBe([new TaskRange(0, 1)]);
    }

    [Fact]
    public void A_job_that_ended_long_ago_comes_back_for_a_retry_and_goes_when_it_has_ended_again()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Control(1, new JobCommand.CancelJob("user", false));

        bench.Retry(1, "again").ShouldBe(new ControlReply.Done());

        bench.Announced(1).Demand.Startable.ShouldBe([new TaskRange(0, 1)]);
        bench.Run(1, attempt: 1);
        bench.Scheduler.Received.OfType<SchedulerMessage.JobEnded>().Count().ShouldBeGreaterThanOrEqualTo(2);
        bench.Control(1, new JobCommand.CancelJob("user", true)).ShouldBeOfType<ControlReply.Refused>().Reason.ShouldBe(JobRejection.HasEnded);
        bench.Retry(1, "again").ShouldBe(new ControlReply.Done(Again: true));
        bench.Retry(1, "another").ShouldBeOfType<ControlReply.Refused>().Reason.ShouldBe(JobRejection.Invalid);
    }

    [Fact]
    public void A_retry_that_crosses_the_news_of_the_end_loses_nothing()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Journal.Hold = new TaskCompletionSource();
        bench.Send(1, new JobCommand.CancelJob("user", false));
        bench.World.RunUntilIdle();

        // The job's end is on its way to the journal; the retry is in its mailbox before anybody has heard of that end.
        bench.SendRetry(1, "again");
        bench.World.RunUntilIdle();
        bench.Journal.Hold.SetResult();
        bench.Journal.Hold = null;
        bench.World.RunUntilIdle();

        bench.Canceller.ExpectMessage<ControlReply.Done>();
        bench.Canceller.ExpectMessage<ControlReply.Done>();
        bench.Announced(1).Demand.Startable.ShouldBe([new TaskRange(0, 1)]);
        bench.Run(1, attempt: 1);
        bench.Retry(1, "once more").ShouldBeOfType<ControlReply.Refused>().Reason.ShouldBe(JobRejection.Invalid);
    }

    [Fact]
    public void A_retry_whose_append_fails_is_done_when_it_is_asked_for_again()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Control(1, new JobCommand.CancelJob("user", false));
        bench.Journal.Fails = true;
        bench.SendRetry(1, "again");
        bench.World.RunFor(TimeSpan.FromSeconds(3));
        bench.Canceller.ExpectNoMoreMessages(TimeSpan.Zero);
        bench.Journal.Fails = false;
        bench.World.RunFor(TimeSpan.FromSeconds(30));

        bench.Retry(1, "again").ShouldBeOfType<ControlReply.Done>();
        bench.Run(1, attempt: 1);
    }

    [Fact]
    public void A_job_opened_again_is_unfinished_in_the_next_life()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Control(1, new JobCommand.CancelJob("user", false));
        bench.Retry(1, "again");

        bench.Start();
        bench.World.RunUntilIdle();

        bench.Announced(1).Demand.Startable.ShouldBe([new TaskRange(0, 1)]);
        bench.Retry(1, "again").ShouldBe(new ControlReply.Done(Again: true));
        bench.Run(1, attempt: 1);
    }

    [Fact]
    public void A_preview_changes_nothing()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Control(1, new JobCommand.CancelJob("user", false));

        bench.Preview(1).ShouldBeOfType<RetryPreview.Planned>().Plan.Steps.Single().Tasks.ShouldBe(1);
        bench.Preview(9).ShouldBeOfType<RetryPreview.Refused>().Reason.ShouldBe(JobRejection.Unknown);
        bench.Control(1, new JobCommand.CancelJob("user", false)).ShouldBeOfType<ControlReply.Refused>().Reason.ShouldBe(JobRejection.HasEnded);
    }

    [Fact]
    public void A_job_after_an_unknown_one_is_refused()
    {
        using var bench = FrontendBench.Ready();

        bench.Submit(after: [5]);

        bench.Submitter.ExpectMessage<SubmitReply.Refused>().Errors.Single().Message.ShouldBe("There is no job 5 to wait for.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_job_after_another_starts_when_that_one_has_finished_whenever_everything_is_killed(int killed)
    {
        using var bench = FrontendBench.Ready();
        void Kill(int point)
        {
            if (point == killed)
            {
                bench.Start();
                bench.World.RunUntilIdle();
            }
        }

        bench.Accepted("first");
        Kill(0);
        bench.Submit("second", after: [1]);
        bench.Submitter.ExpectMessage<SubmitReply.Accepted>();
        Kill(1);
        bench.Announced(2).Demand.Startable.ShouldBeEmpty();
        bench.Run(1, attempt: 1);
        Kill(2);
        bench.Announced(2).Demand.Startable.ShouldBe([new TaskRange(0, 1)]);
        Kill(3);
        bench.Run(2, attempt: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_job_after_one_that_is_cancelled_ends_with_it_and_waits_again_when_it_is_run_again(bool killed)
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted("first");
        bench.Submit("second", after: [1]);
        bench.Submitter.ExpectMessage<SubmitReply.Accepted>();

        bench.Control(1, new JobCommand.CancelJob("user", false));
        if (killed)
        {
            bench.Start();
            bench.World.RunUntilIdle();
        }

        bench.Status(2).ShouldBe(JobStatus.Failed);
        bench.Retry(1, "again").ShouldBe(new ControlReply.Done());
        bench.Retry(2, "again").ShouldBe(new ControlReply.Done());
        bench.Status(2).ShouldBe(JobStatus.Queued);
        bench.Run(1, attempt: 1);
        bench.Run(2, attempt: 1);
    }

    [Fact]
    public void A_job_after_one_that_finished_long_ago_starts_at_once()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted("first");
        bench.Run(1, attempt: 1);

        bench.Submit("second", after: [1]);

        bench.Submitter.ExpectMessage<SubmitReply.Accepted>();
        bench.Run(2, attempt: 1);
    }

    [Fact]
    public void What_became_of_the_others_is_looked_for_until_it_can_be_read()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted("first");
        bench.Run(1, attempt: 1);
        bench.Submit("second", after: [1]);
        bench.Submitter.ExpectMessage<SubmitReply.Accepted>();
        bench.Submit("third", after: [2]);
        bench.Submitter.ExpectMessage<SubmitReply.Accepted>();
        bench.Run(2, attempt: 1);
        bench.Control(3, new JobCommand.CancelJob("user", false));
        bench.Views.Fails = true;
        bench.SendRetry(3, "again");
        bench.World.RunFor(TimeSpan.FromSeconds(3));
        bench.Views.Fails = false;
        bench.World.RunFor(TimeSpan.FromSeconds(3));

        bench.Run(3, attempt: 1);
    }
}
