using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Kernel;
using Dpu.TestKit;

namespace Dpu.Actors.Tests.Jobs;

/// <summary>A job's actor over a journal that fails as told, with everybody else played by the test.</summary>
internal sealed class JobBench
{
    private static readonly SupervisorStrategy Restarted = new SupervisorStrategy.Restart(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1), 100, TimeSpan.FromHours(1));

    public JobBench()
    {
        Journal = new SimulatedJournal(World);
        Scheduler = new TestProbe<SchedulerMessage>(World, "scheduler");
        Frontend = new TestProbe<FrontendMessage>(World, "frontend");
        Node = new TestProbe<NodeMessage>(World, "node");
        Submitter = new TestProbe<SubmitReply>(World, "submitter");
        Canceller = new TestProbe<ControlReply>(World, "canceller");
        Job = Spawn();
    }

    public Simulation World { get; } = new(1);

    public SimulatedJournal Journal { get; }

    public TestProbe<SchedulerMessage> Scheduler { get; }

    public TestProbe<FrontendMessage> Frontend { get; }

    public TestProbe<NodeMessage> Node { get; }

    public TestProbe<SubmitReply> Submitter { get; }

    public TestProbe<ControlReply> Canceller { get; }

    public IActorRef<JobMessage> Job { get; private set; }

    /// <summary>What the job announced last.</summary>
    public SchedulerMessage.JobAnnounced Announced => Scheduler.Received.OfType<SchedulerMessage.JobAnnounced>().Last();

    /// <summary>A job of so many tasks, of which the first ones run.</summary>
    public static JobBench Running(int tasks, int running)
    {
        var bench = new JobBench();
        bench.Submit(tasks);
        bench.Assign([.. Enumerable.Range(0, running)]);
        bench.Node.ExpectMessage<NodeMessage.StartTasks>();
        return bench;
    }

    public SchedulerMessage.JobAnnounced Submit(int tasks)
    {
        Job.Tell(new JobMessage.Submit(GivenJobs.Submit(tasks), Submitter));
        var announced = Scheduler.ExpectMessage<SchedulerMessage.JobAnnounced>();
        Submitter.ExpectMessage<SubmitReply.Accepted>();
        return announced;
    }

    public void Assign(params int[] tasks) => Assign(Announced, tasks);

    public void Assign(SchedulerMessage.JobAnnounced basis, params int[] tasks) =>
        Job.Tell(new JobMessage.Assign(GivenJobs.Assign(tasks), Node, basis.Announcement));

    public void Report(params AttemptId[] attempts) => Report(GivenJobs.Ended(attempts), attempts);

    public void Report(JobCommand command, params AttemptId[] attempts) => Job.Tell(new JobMessage.Reported(command, [.. attempts], Node));

    public void Idle() => World.RunFor(TimeSpan.FromSeconds(30));

    private IActorRef<JobMessage> Spawn() => World.StartSystem("service").Spawn(
        new Props<JobMessage>(() => new JobActor(GivenJobs.First, Journal, Scheduler, Frontend)) { Supervision = Restarted },
        "job-1");
}
