using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
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
}
