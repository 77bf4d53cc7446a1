using Dpu.Actors.Frontend;
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
}
