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

/// <summary>What operators and time do to nodes.</summary>
public sealed class NodeLifeTests
{
    private readonly Simulation _world = new(1);
    private readonly TestProbe<JobMessage> _job;
    private readonly TestProbe<NodeMessage> _node;
    private readonly IActorRef<SchedulerMessage> _scheduler;

    public NodeLifeTests()
    {
        _job = new TestProbe<JobMessage>(_world, "job");
        _node = new TestProbe<NodeMessage>(_world, "node");
        _scheduler = _world.StartSystem("service").Spawn(
            new Props<SchedulerMessage>(() => new SchedulerActor(SchedulingPolicy.Usual, new NodeWatch("own", TimeSpan.FromMinutes(5)))), "scheduler");
    }

    [Fact]
    public void A_node_is_told_whether_it_drains_before_its_jobs_meet_it()
    {
        _scheduler.Tell(new SchedulerMessage.NodesDrained(["node", "other"]));
        Announce(startable: 1, "node");
        Join("node");
        _node.Expect(new NodeMessage.Drain(true));
        _job.Expect(new JobMessage.NodeReady("node", _node));
        _job.ExpectNoMoreMessages();

        _scheduler.Tell(new SchedulerMessage.NodesDrained(["other"]));

        _node.Expect(new NodeMessage.Drain(false));
        _job.ExpectMessage<JobMessage.Assign>();
        _scheduler.Tell(new SchedulerMessage.NodesDrained([]));
        _node.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_that_is_connected_cannot_be_given_up()
    {
        var operatorAsks = new TestProbe<NodeReply>(_world, "operator");
        Join("other");

        _scheduler.Tell(new SchedulerMessage.DeclareLost("other", "ann", operatorAsks));

        operatorAsks.ExpectMessage<NodeReply.Refused>().Message.ShouldBe("Node other is connected: drain it (dpu drain other), or stop it first.");
        _scheduler.Tell(new SchedulerMessage.DeclareLost("othr", "ann", operatorAsks));
        operatorAsks.ExpectMessage<NodeReply.Unknown>().Others.ShouldBe(["other"]);
    }

    [Fact]
    public void A_node_that_was_given_up_is_lost_at_once_and_once()
    {
        var operatorAsks = new TestProbe<NodeReply>(_world, "operator");
        Join("other");
        Announce(startable: 0, "other");
        _job.ExpectMessage<JobMessage.NodeReady>();
        _scheduler.Tell(new SchedulerMessage.NodeLeft("other", TimeSpan.FromMinutes(5)));

        _scheduler.Tell(new SchedulerMessage.DeclareLost("other", "ann", operatorAsks));
        _scheduler.Tell(new SchedulerMessage.DeclareLost("other", "ann", operatorAsks));

        operatorAsks.ExpectMessage<NodeReply.Done>().Node.State.ShouldBe(NodeState.Lost);
        operatorAsks.ExpectMessage<NodeReply.Done>().Node.State.ShouldBe(NodeState.Lost);
        _job.Expect(new JobMessage.NodeLost("other", "ann said that the host of node other is dead", _node));
        _world.RunFor(TimeSpan.FromMinutes(10));
        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void This_services_own_node_and_one_whose_keeper_starts_anew_cannot_be_given_up()
    {
        var operatorAsks = new TestProbe<NodeReply>(_world, "operator");
        Join("own");
        Join("other");
        _scheduler.Tell(new SchedulerMessage.NodeLeft("own"));
        _scheduler.Tell(new SchedulerMessage.NodeLeft("other"));

        _scheduler.Tell(new SchedulerMessage.DeclareLost("own", "ann", operatorAsks));
        _scheduler.Tell(new SchedulerMessage.DeclareLost("other", "ann", operatorAsks));

        operatorAsks.ExpectMessage<NodeReply.Refused>().Message.ShouldContain("this service's own");
        operatorAsks.ExpectMessage<NodeReply.Refused>().Message.ShouldContain("its keeper is being started anew");
    }

    [Fact]
    public void A_node_that_is_back_is_not_given_up_by_what_was_on_its_way()
    {
        Announce(startable: 0, "node");
        Join("node");
        _job.ExpectMessage<JobMessage.NodeReady>();

        _scheduler.Tell(new SchedulerMessage.NodeLost("node", "it was silent"));

        _job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_node_of_which_only_a_job_knows_is_waited_for_and_says_until_when()
    {
        var asking = new TestProbe<NodeStatuses>(_world, "asking");
        Announce(startable: 0, "other");
        _scheduler.Tell(new SchedulerMessage.GetNodes(asking));

        var node = asking.ExpectMessage<NodeStatuses>().Nodes.ShouldHaveSingleItem();
        (node.State, node.LostAt - _world.Time.GetUtcNow()).ShouldBe((NodeState.CutOff, TimeSpan.FromMinutes(5)));
        node.Reason!.ShouldStartWith("it has not joined since the start of this frontend; what runs there may run on, and is taken for lost at ");
        _world.RunFor(TimeSpan.FromMinutes(5));
        _job.Expect(new JobMessage.NodeLost("other", "node other was silent for 300 s"));
    }

    private void Join(string node) => _scheduler.Tell(new SchedulerMessage.NodeJoined(node, GivenJobs.Incarnation, new Resources(2, 0), [], _node));

    /// <summary>A job whose first task runs on a node.</summary>
    private void Announce(int startable, string node) => _scheduler.Tell(new SchedulerMessage.JobAnnounced(
        new JobDemand(
            GivenJobs.First,
            "user",
            0,
            GivenJobs.Now,
            [new StepNeed(0, 10, GivenJobs.OneCpu, "run", StepRules.Usual)],
            startable > 0 ? [new TaskRange(1, startable)] : [],
            [new Reservation(0, node, GivenJobs.Now)],
            []),
        _job,
        1));
}
