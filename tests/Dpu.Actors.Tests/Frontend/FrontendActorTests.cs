using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Frontend;

public sealed class FrontendActorTests
{
    [Fact]
    public void A_submission_is_answered_once_it_is_durable()
    {
        using var bench = FrontendBench.Ready();
        bench.Journal.Hold = new TaskCompletionSource();

        bench.Submit();
        bench.Submitter.ExpectNoMoreMessages();
        bench.Journal.Hold.SetResult();

        bench.Submitter.ExpectMessage<SubmitReply.Accepted>().ShouldBe(new SubmitReply.Accepted(new JobId(1), 10, Again: false));
        bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>().Demand.Job.ShouldBe(new JobId(1));
    }

    [Fact]
    public void While_it_recovers_submissions_are_refused_and_everything_else_waits()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Views.Hold = new TaskCompletionSource();
        bench.Start();

        bench.Submit("other");
        bench.Submitter.ExpectMessage<SubmitReply.Refused>().Reason.ShouldBe(SubmitRefusal.Unavailable);
        bench.Cancel(1);
        bench.Claim(GivenJobs.Attempt(0), GivenJobs.Attempt(0, job: new JobId(9)));
        bench.Canceller.ExpectNoMoreMessages();
        bench.Node.ExpectNoMoreMessages();

        bench.Views.Hold.SetResult();
        bench.Canceller.ExpectMessage<ControlReply.Done>();
        bench.Node.ExpectMessage<NodeMessage.Disown>();
        bench.Node.ExpectMessage<NodeMessage.Disown>();
    }

    [Fact]
    public void A_node_that_claims_for_hours_is_answered_once()
    {
        using var bench = FrontendBench.Ready();
        bench.Views.Hold = new TaskCompletionSource();
        bench.Start();
        for (var claim = 0; claim < 5000; claim++)
        {
            bench.Claim(GivenJobs.Attempt(0));
        }

        bench.Views.Hold.SetResult();

        bench.Node.ExpectMessage<NodeMessage.Disown>();
        bench.Node.ExpectNoMoreMessages();
    }

    [Fact]
    public void Whoever_awaits_readiness_is_told_when_unfinished_jobs_are_back()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Views.Fails = true;
        bench.Start();
        var ready = new TestProbe<FrontendReady>(bench.World, "ready");
        bench.Frontend.Tell(new FrontendMessage.AwaitReady(ready));
        bench.World.RunFor(TimeSpan.FromSeconds(10));
        ready.ExpectNoMoreMessages();

        bench.Views.Fails = false;

        ready.Expect(new FrontendReady(1));
        bench.Frontend.Tell(new FrontendMessage.AwaitReady(ready));
        ready.Expect(new FrontendReady(1));
        bench.Accepted("other").Job.ShouldBe(new JobId(2));
    }

    [Fact]
    public void The_same_key_gives_the_same_job_in_this_life_and_in_the_next()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted().ShouldBe(new SubmitReply.Accepted(new JobId(1), 10, Again: false));
        bench.Accepted().ShouldBe(new SubmitReply.Accepted(new JobId(1), 10, Again: true));

        bench.Start();
        bench.World.RunUntilIdle();

        bench.Accepted().ShouldBe(new SubmitReply.Accepted(new JobId(1), 10, Again: true));
        bench.Accepted("other").Job.ShouldBe(new JobId(2));
    }

    [Fact]
    public void The_same_key_for_something_else_is_refused()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();

        bench.Submit(priority: 1);

        bench.Submitter.ExpectMessage<SubmitReply.Refused>().Reason.ShouldBe(SubmitRefusal.KeyReused);
    }

    [Fact]
    public void Two_submissions_at_once_under_one_key_make_one_job_and_neither_is_answered_before_it_is_durable()
    {
        using var bench = FrontendBench.Ready();
        bench.Journal.Hold = new TaskCompletionSource();
        bench.Submit();
        bench.Submit();
        bench.Submitter.ExpectNoMoreMessages();

        bench.Journal.Hold.SetResult();

        bench.Submitter.ExpectMessage<SubmitReply.Accepted>().Again.ShouldBeFalse();
        bench.Submitter.ExpectMessage<SubmitReply.Accepted>().ShouldBe(new SubmitReply.Accepted(new JobId(1), 10, Again: true));
    }

    [Fact]
    public void A_repeated_submission_that_can_no_longer_be_planned_is_not_taken_for_durable()
    {
        using var bench = FrontendBench.Ready();
        bench.Journal.Hold = new TaskCompletionSource();
        bench.Submit();
        bench.Unavailable = "its program is gone";

        bench.Submit();

        bench.Submitter.ExpectMessage<SubmitReply.Refused>().Reason.ShouldBe(SubmitRefusal.Unavailable);
        bench.Journal.Hold.SetResult();
        bench.Submitter.ExpectMessage<SubmitReply.Accepted>();
        bench.Accepted().Again.ShouldBeTrue();
    }

    [Fact]
    public void A_submission_whose_append_failed_is_made_by_the_next_try_under_its_key()
    {
        using var bench = FrontendBench.Ready();
        bench.Journal.Fails = true;
        bench.Submit();
        bench.World.RunFor(TimeSpan.FromSeconds(1));
        bench.Submitter.ExpectNoMoreMessages();
        bench.Journal.Fails = false;

        bench.Accepted().ShouldBe(new SubmitReply.Accepted(new JobId(1), 10, Again: false));
    }

    [Fact]
    public void What_cannot_run_is_refused_with_its_reasons()
    {
        using var bench = FrontendBench.Ready();
        bench.Unavailable = "its program is gone";

        bench.Submit();

        var refused = bench.Submitter.ExpectMessage<SubmitReply.Refused>();
        refused.Reason.ShouldBe(SubmitRefusal.Invalid);
        refused.Errors.Single().Message.ShouldBe("its program is gone");
        bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void Nothing_is_planned_while_the_catalog_cannot_be_read()
    {
        using var bench = FrontendBench.Ready();
        bench.Views.Fails = true;

        bench.Submit();

        bench.Submitter.ExpectMessage<SubmitReply.Refused>().Reason.ShouldBe(SubmitRefusal.Unavailable);
    }

    [Fact]
    public void A_job_that_never_was_and_one_that_has_ended_are_told_apart()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Cancel(1);
        bench.Canceller.ExpectMessage<ControlReply.Done>();

        bench.Cancel(1);
        bench.Canceller.ExpectMessage<ControlReply.Refused>().Reason.ShouldBe(JobRejection.HasEnded);
        bench.Cancel(2);
        bench.Canceller.ExpectMessage<ControlReply.Refused>().Reason.ShouldBe(JobRejection.Unknown);
        bench.Cancel(0);
        bench.Canceller.ExpectMessage<ControlReply.Refused>().Reason.ShouldBe(JobRejection.Unknown);
    }

    [Fact]
    public void Attempts_of_jobs_that_have_ended_or_never_were_are_disowned()
    {
        using var bench = FrontendBench.Ready();
        bench.Accepted();
        bench.Cancel(1);

        bench.Claim(GivenJobs.Attempt(0), GivenJobs.Attempt(0, job: new JobId(5)));

        bench.Node.ExpectMessage<NodeMessage.Disown>().Attempts.ShouldBe([GivenJobs.Attempt(0)]);
        bench.Node.ExpectMessage<NodeMessage.Disown>().Attempts.ShouldBe([GivenJobs.Attempt(0, job: new JobId(5))]);
        bench.Node.ExpectNoMoreMessages();
    }
}
