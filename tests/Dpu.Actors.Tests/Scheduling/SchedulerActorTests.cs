using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Kernel;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Scheduling;

public sealed class SchedulerActorTests
{
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromMinutes(5);

    private readonly Simulation _world = new(1);
    private readonly TestProbe<JobMessage> _job;
    private readonly TestProbe<NodeMessage> _node;
    private readonly IActorRef<SchedulerMessage> _scheduler;

    public SchedulerActorTests()
    {
        _job = new TestProbe<JobMessage>(_world, "job");
        _node = new TestProbe<NodeMessage>(_world, "node");
        _scheduler = _world.StartSystem("service").Spawn(new Props<SchedulerMessage>(() => new SchedulerActor(SchedulingPolicy.Usual, new NodeWatch("own", NodeTimeout))), "scheduler");
    }

    [Fact]
    public void A_proposal_names_the_node_its_launcher_and_the_announcement_that_it_is_based_on()
    {
        Join();
        Announce(17, startable: 3);

        var assign = _job.ExpectMessage<JobMessage.Assign>();
        assign.Command.Tasks.ShouldBe([0, 1]);
        (assign.Command.Node, assign.Command.Incarnation, assign.Node, assign.Announcement).ShouldBe(("node", GivenJobs.Incarnation, _node, 17L));
        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_that_comes_is_shown_to_the_jobs_that_run_something_there()
    {
        Announce(1, startable: 0, running: 1);
        _job.ExpectNoMoreMessages();

        Join();

        _job.Expect(new JobMessage.NodeReady("node", _node));
        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_job_that_comes_is_shown_the_nodes_that_it_runs_something_on()
    {
        Join();
        Announce(1, startable: 0, running: 1);

        _job.Expect(new JobMessage.NodeReady("node", _node));
        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_that_left_is_given_nothing_until_it_is_back()
    {
        Join();
        _scheduler.Tell(new SchedulerMessage.NodeLeft("node"));
        Announce(1, startable: 1, running: 1);
        _job.ExpectNoMoreMessages();

        Join();

        _job.ExpectMessage<JobMessage.NodeReady>();
        _job.ExpectMessage<JobMessage.Assign>();
    }

    [Fact]
    public void What_tasks_set_free_is_given_to_the_next_at_once()
    {
        Join();
        Announce(1, startable: 3);
        _job.ExpectMessage<JobMessage.Assign>();

        _scheduler.Tell(new SchedulerMessage.TasksFreed(GivenJobs.First, [FreedTask.Ended(0, null, 5)]));

        _job.ExpectMessage<JobMessage.Assign>().Command.Tasks.ShouldBe([2]);
    }

    [Fact]
    public void All_that_waits_is_heard_before_anything_is_proposed()
    {
        Join();
        Announce(1, startable: 1);
        _scheduler.Tell(new SchedulerMessage.JobEnded(GivenJobs.First));
        _scheduler.Tell(new SchedulerMessage.TasksReleased(GivenJobs.First, [new TaskRange(0, 1)], []));

        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void Who_asks_why_a_job_waits_is_answered_behind_the_plan()
    {
        var asking = new TestProbe<JobWaits>(_world, "asking");
        _scheduler.Tell(new SchedulerMessage.Explain(new JobId(404), asking));
        Join();
        Announce(1, startable: 3);
        _scheduler.Tell(new SchedulerMessage.Explain(GivenJobs.First, asking));

        var unknown = asking.ExpectMessage<JobWaits>();
        unknown.Steps.ShouldBeEmpty();
        var waits = asking.ExpectMessage<JobWaits>();
        waits.Steps.ShouldHaveSingleItem().ShouldBe(new StepWait(0, 1, new WaitReason.Busy(GivenJobs.OneCpu, new Resources(0, 0), 1)));
        waits.Nodes.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            node => node.State.ShouldBe(NodeState.Up),
            node => node.Held.ShouldBe(new Resources(2, 0)));
        asking.ExpectNoMoreMessages();
    }

    [Fact]
    public void Who_asks_for_the_nodes_is_told_them_also_while_they_are_away()
    {
        var asking = new TestProbe<NodeStatuses>(_world, "asking");
        Join();
        _scheduler.Tell(new SchedulerMessage.NodeLeft("node"));
        _scheduler.Tell(new SchedulerMessage.GetNodes(asking));

        asking.ExpectMessage<NodeStatuses>().Nodes.ShouldHaveSingleItem().State.ShouldBe(NodeState.CutOff);
    }

    [Fact]
    public void What_becomes_possible_by_time_alone_is_proposed_when_it_is_time()
    {
        var other = new TestProbe<NodeMessage>(_world, "other");
        Join();
        _scheduler.Tell(new SchedulerMessage.NodeJoined("other", GivenJobs.Incarnation, new Resources(2, 0), [], other));
        Announce(1, startable: 3);
        _job.ExpectMessage<JobMessage.Assign>();
        _job.ExpectMessage<JobMessage.Assign>().Node.ShouldBe(other);
        _scheduler.Tell(new SchedulerMessage.TasksReleased(GivenJobs.First, [new TaskRange(5, 1)], [new TaskNeed(5, null, [], "node")]));
        _job.ExpectNoMoreMessages();

        _world.RunFor(SchedulingPolicy.Usual.LocalityWait - TimeSpan.FromMilliseconds(10));
        _job.ExpectNoMoreMessages();
        _world.RunFor(SchedulingPolicy.Usual.LocalityWait / 4);

        var assign = _job.ExpectMessage<JobMessage.Assign>();
        (assign.Node, assign.Command.Tasks.Single()).ShouldBe((other, 5));
        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_that_stays_away_is_lost_to_the_jobs_that_run_something_there()
    {
        Join();
        Announce(1, startable: 0, running: 1);
        _job.ExpectMessage<JobMessage.NodeReady>();
        _scheduler.Tell(new SchedulerMessage.NodeLeft("node", TimeSpan.FromMinutes(3)));

        _world.RunFor(TimeSpan.FromSeconds(179));
        _job.ExpectNoMoreMessages();
        _world.RunFor(TimeSpan.FromSeconds(2));

        _job.Expect(new JobMessage.NodeLost("node", "node node was silent for 300 s", _node));
        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_that_is_back_in_time_is_not_lost()
    {
        Join();
        Announce(1, startable: 0, running: 1);
        _scheduler.Tell(new SchedulerMessage.NodeLeft("node", TimeSpan.FromMinutes(3)));
        _world.RunFor(TimeSpan.FromMinutes(2));
        Join();

        _world.RunFor(TimeSpan.FromHours(1));

        _job.Received.ShouldAllBe(message => message is JobMessage.NodeReady);
    }

    [Fact]
    public void A_node_that_is_connected_is_not_lost_although_it_can_be_given_nothing()
    {
        Join();
        Announce(1, startable: 0, running: 1);
        _job.ExpectMessage<JobMessage.NodeReady>();
        _scheduler.Tell(new SchedulerMessage.NodeLeft("node", TimeSpan.FromMinutes(3)));
        _scheduler.Tell(new SchedulerMessage.NodeHeard("node"));
        _scheduler.Tell(new SchedulerMessage.NodeLeft("node"));
        Announce(1, startable: 0, running: 1);

        _world.RunFor(TimeSpan.FromHours(1));
        _job.ExpectNoMoreMessages();
        _scheduler.Tell(new SchedulerMessage.NodeLeft("node", TimeSpan.FromMinutes(3)));
        _world.RunFor(TimeSpan.FromMinutes(4));

        _job.ExpectMessage<JobMessage.NodeLost>();
    }

    [Fact]
    public void A_node_of_which_only_a_job_knows_is_waited_for_from_when_the_job_told_of_it()
    {
        _world.RunFor(NodeTimeout);
        Announce(1, startable: 0, running: 1);

        _world.RunFor(NodeTimeout - TimeSpan.FromSeconds(1));
        _job.ExpectNoMoreMessages();
        _world.RunFor(TimeSpan.FromSeconds(2));

        _job.ExpectMessage<JobMessage.NodeLost>().NodeName.ShouldBe("node");
    }

    [Fact]
    public void The_node_of_this_very_service_is_never_given_up()
    {
        Announce(1, startable: 0, running: 1, node: "own");

        _world.RunFor(TimeSpan.FromDays(1));

        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_whose_loss_is_told_is_not_waited_for()
    {
        Announce(1, startable: 0, running: 1);

        _scheduler.Tell(new SchedulerMessage.NodeLost("node", "an operator says so"));

        _job.Expect(new JobMessage.NodeLost("node", "an operator says so"));
        _world.RunFor(NodeTimeout * 2);
        _job.ExpectNoMoreMessages();
    }

    private void Join() => _scheduler.Tell(new SchedulerMessage.NodeJoined("node", GivenJobs.Incarnation, new Resources(2, 0), [], _node));

    /// <summary>A job of which the first tasks run on the node, and the next can start.</summary>
    private void Announce(long announcement, int startable, int running = 0, string node = "node") => _scheduler.Tell(new SchedulerMessage.JobAnnounced(
        new JobDemand(
            GivenJobs.First,
            "user",
            0,
            GivenJobs.Now,
            [new StepNeed(0, 10, GivenJobs.OneCpu, "run", StepRules.Usual)],
            startable > 0 ? [new TaskRange(running, startable)] : [],
            [.. Enumerable.Range(0, running).Select(task => new Reservation(task, node, GivenJobs.Now))],
            []),
        _job,
        announcement));
}
