using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Jobs;

public sealed class JobActorTests
{
    [Fact]
    public void A_job_that_finds_at_its_recovery_that_it_ended_tells_the_scheduler_too()
    {
        var bench = JobBench.Running(1, running: 1);
        bench.Journal.FailAfterWrite = 1;

        bench.Report(GivenJobs.Attempt(0));
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailAfterWrite = 0;

        bench.Scheduler.ExpectMessage<SchedulerMessage.JobEnded>().Job.ShouldBe(GivenJobs.First);
        bench.Frontend.ExpectMessage<FrontendMessage.JobEnded>();
        bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_whose_report_was_lost_with_a_failed_append_claims_and_is_told_where_each_attempt_stands()
    {
        var bench = JobBench.Running(3, running: 2);
        bench.Journal.FailAfterWrite = 1;
        bench.Report(GivenJobs.Attempt(0));
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailAfterWrite = 0;
        bench.Idle();
        bench.Node.ExpectNoMoreMessages();

        bench.Job.Tell(new JobMessage.Claim([GivenJobs.Attempt(0), GivenJobs.Attempt(1), GivenJobs.Attempt(2)], "node", bench.Node));

        bench.Node.ExpectMessage<NodeMessage.Disown>().Attempts.ShouldBe([GivenJobs.Attempt(0), GivenJobs.Attempt(2)]);
        bench.Node.ExpectMessage<NodeMessage.AdoptTasks>().Tasks.Select(task => task.Start.Attempt).ShouldBe([GivenJobs.Attempt(1)]);
        bench.Node.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_claim_is_answered_whatever_the_node_was_called_when_it_got_the_attempt()
    {
        var bench = JobBench.Running(1, running: 1);

        bench.Job.Tell(new JobMessage.Claim([GivenJobs.Attempt(0)], "renamed", bench.Node));

        bench.Node.ExpectMessage<NodeMessage.AdoptTasks>().Tasks.Single().Incarnation.ShouldBe(GivenJobs.Incarnation);
    }

    [Fact]
    public void A_proposal_that_the_scheduler_has_forgotten_is_neither_taken_nor_refused()
    {
        var bench = new JobBench();
        var first = bench.Submit(2);
        bench.Journal.FailBeforeWrite = 1;
        bench.Assign(0);
        bench.World.RunFor(TimeSpan.FromMilliseconds(11));
        bench.Journal.FailBeforeWrite = 0;
        var second = bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>();
        second.Demand.Startable.ShouldBe([new TaskRange(0, 2)]);

        bench.Assign(first, 0, 1);
        bench.Node.ExpectNoMoreMessages();
        bench.Assign(second, 0, 1);

        bench.Node.ExpectMessage<NodeMessage.StartTasks>().Tasks.Select(task => task.Attempt).ShouldBe([GivenJobs.Attempt(0), GivenJobs.Attempt(1)]);
        bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_cancelled_job_of_which_something_runs_withdraws_what_waits()
    {
        var bench = JobBench.Running(1000, running: 1);

        bench.Job.Tell(new JobMessage.Cancel(new JobCommand.CancelJob("user", Force: true), bench.Canceller));

        bench.Canceller.ExpectMessage<CancelReply.Done>();
        bench.Node.ExpectMessage<NodeMessage.EndTasks>().Attempts.ShouldBe([GivenJobs.Attempt(0)]);
        var demand = bench.Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>().Demand;
        demand.Startable.ShouldBeEmpty();
        demand.Running.ShouldBe([new Reservation(0, "node")]);
    }
}
