using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Links;
using Dpu.Cluster.Node;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Cluster.Tests.Node;

public sealed class UplinkActorTests
{
    private readonly Simulation _world = new(1);
    private readonly FakeUplink _link = new();
    private NodeFacts _facts = Given.Facts;
    private readonly TestProbe<NodeMessage> _manager;
    private readonly IActorRef<UplinkMessage> _uplink;

    public UplinkActorTests()
    {
        _manager = new TestProbe<NodeMessage>(_world, "manager");
        _uplink = _world.StartSystem("node").Spawn(new Props<UplinkMessage>(() => new UplinkActor(_link, () => _facts)), "uplink");
        _world.RunUntilIdle();
    }

    [Fact]
    public void The_frontend_is_told_what_the_node_has_as_soon_as_both_are_there()
    {
        Stand();
        _link.Sent.ShouldBeEmpty();

        ManagerJoins();

        _link.Sent.ShouldHaveSingleItem().ShouldBe(new UpFrame.Ready(Given.Incarnation, Given.Facts));
    }

    [Fact]
    public void It_is_told_again_over_each_new_link()
    {
        ManagerJoins();
        Stand();
        Break();
        Stand();

        _link.Sent.ShouldBe([new UpFrame.Ready(Given.Incarnation, Given.Facts), new UpFrame.Ready(Given.Incarnation, Given.Facts)]);
    }

    [Fact]
    public void What_attempts_do_is_told_and_told_again_over_each_new_link()
    {
        ManagerJoins();
        Stand(version: 2);
        TellPhases(Staging);
        Break();
        TellPhases(Staging with { Stage = AttemptStage.Running });
        Stand(version: 2);

        _link.Sent.OfType<UpFrame.Phases>().Select(told => told.Attempts.SingleOrDefault()?.Stage).ShouldBe([null, AttemptStage.StagingIn, AttemptStage.Running]);
    }

    [Fact]
    public void A_frontend_that_does_not_know_of_phases_is_not_told_any()
    {
        ManagerJoins();
        Stand(version: 1);

        TellPhases(Staging);

        _link.Sent.OfType<UpFrame.Phases>().ShouldBeEmpty();
    }

    [Fact]
    public void What_it_has_is_told_again_when_that_has_changed()
    {
        ManagerJoins();
        Stand();
        _facts = Given.Facts with { Tags = ["gpu"] };

        _uplink.Tell(new UplinkMessage.FactsChanged());
        _world.RunUntilIdle();

        _link.Sent.Last().ShouldBe(new UpFrame.Ready(Given.Incarnation, _facts));
    }

    [Fact]
    public void What_a_job_gives_reaches_the_Cluster_Manager_and_its_report_goes_back_to_that_job()
    {
        ManagerJoins();
        Stand();

        Hear(new DownFrame.StartTasks(Given.Job, [Given.Start(0)]));
        var start = _manager.ExpectMessage<NodeMessage.StartTasks>();
        start.Job.Tell(new JobMessage.Reported(new JobCommand.ReportEnds("n1", [Given.Report(0)]), [Given.Attempt(0)], _manager));
        _world.RunUntilIdle();

        var ended = _link.Sent.Last().ShouldBeOfType<UpFrame.Ended>();
        ended.Job.ShouldBe(Given.Job);
        ended.Reports.ShouldHaveSingleItem().Attempt.ShouldBe(new TaskAttempt(0, 1));
    }

    [Fact]
    public void Addresses_of_one_job_are_equal_so_that_what_ended_together_is_told_together()
    {
        ManagerJoins();
        Stand();

        Hear(new DownFrame.StartTasks(Given.Job, [Given.Start(0)]));
        Hear(new DownFrame.StartTasks(Given.Job, [Given.Start(1)]));

        _manager.ExpectMessage<NodeMessage.StartTasks>().Job.ShouldBe(_manager.ExpectMessage<NodeMessage.StartTasks>().Job);
    }

    [Fact]
    public void Lines_wait_for_a_link_and_are_sent_again_in_order_until_they_are_stored()
    {
        ManagerJoins();
        var (first, second) = (Store(1), Store(2));
        Stand();
        Break();
        Stand();

        _link.Sent.OfType<UpFrame.Logs>().Select(logs => logs.Number).ShouldBe([1, 2, 1, 2]);
        Hear(new DownFrame.LogsStored(1, null));
        Hear(new DownFrame.LogsStored(1, null));
        Hear(new DownFrame.LogsStored(2, "disk full"));

        first.IsCompletedSuccessfully.ShouldBeTrue();
        second.Exception!.InnerException.ShouldBeOfType<JournalException>().Message.ShouldContain("disk full");
        Break();
        Stand();
        _link.Sent.OfType<UpFrame.Logs>().Count().ShouldBe(4);
    }

    [Fact]
    public void What_was_sent_behind_lines_that_were_not_stored_fails_with_them_and_is_not_sent_again_before_them()
    {
        ManagerJoins();
        var (first, second) = (Store(1), Store(2));
        Stand();

        Hear(new DownFrame.LogsStored(1, "disk full"));

        first.IsFaulted.ShouldBeTrue();
        second.IsFaulted.ShouldBeTrue();
        Break();
        Stand();
        _link.Sent.OfType<UpFrame.Logs>().Select(logs => logs.Number).ShouldBe([1, 2]);
    }

    [Fact]
    public void Many_lines_go_in_frames_of_a_bounded_size()
    {
        ManagerJoins();
        Stand();
        var chunks = Enumerable.Range(1, 50).Select(number => Chunk(number, new byte[64 << 10])).ToImmutableArray();

        _ = new UplinkLogStore(_uplink).AppendAsync(chunks, CancellationToken.None);
        _world.RunUntilIdle();

        var frames = _link.Sent.OfType<UpFrame.Logs>().ToList();
        frames.SelectMany(frame => frame.Chunks).Select(chunk => chunk.SequenceNr).ShouldBe(Enumerable.Range(1, 50).Select(number => (long)number));
        frames.ShouldAllBe(frame => frame.Chunks.Sum(chunk => chunk.Bytes.Length) <= 1 << 20);
    }

    [Fact]
    public void A_node_that_takes_nothing_more_says_so_over_each_new_link()
    {
        ManagerJoins();
        Stand();
        _uplink.Tell(new UplinkMessage.TakeNoMore("its time ends"));
        _world.RunUntilIdle();
        Break();
        Stand();

        _link.Sent.Count(frame => frame == new UpFrame.NotReady("its time ends")).ShouldBe(2);
        _link.Sent.Last().ShouldBeOfType<UpFrame.NotReady>();
    }

    [Fact]
    public void A_node_says_goodbye_when_it_holds_nothing_and_takes_nothing_after_that()
    {
        ManagerJoins();
        Stand();
        var left = new TestProbe<UplinkLeft>(_world, "left");

        _uplink.Tell(new UplinkMessage.Leave(left));
        _world.RunUntilIdle();
        Hear(new DownFrame.StartTasks(Given.Job, [Given.Start(0)]));
        var question = _manager.ExpectMessage<NodeMessage.AwaitEmpty>();
        _manager.ExpectNoMoreMessages();
        left.ExpectNoMoreMessages();
        _link.Sent.ShouldNotContain(frame => frame is UpFrame.Leaving);

        question.ReplyTo.Tell(new NodeEmpty());

        left.ExpectMessage();
        _link.Sent.Last().ShouldBe(new UpFrame.Leaving());
    }

    [Fact]
    public void A_node_whose_keeper_is_away_asks_all_the_same_whether_it_holds_nothing()
    {
        ManagerJoins();
        Stand();
        UplinkRefs.Scheduler(_uplink).Tell(new SchedulerMessage.NodeLeft("n1"));

        _uplink.Tell(new UplinkMessage.Leave(new TestProbe<UplinkLeft>(_world, "left")));
        _world.RunUntilIdle();

        _manager.ExpectMessage<NodeMessage.AwaitEmpty>();
        _link.Sent.ShouldNotContain(frame => frame is UpFrame.Leaving);
    }

    [Fact]
    public void A_node_that_has_not_met_its_keeper_does_not_say_that_it_holds_nothing()
    {
        Stand();
        var left = new TestProbe<UplinkLeft>(_world, "left");

        _uplink.Tell(new UplinkMessage.Leave(left));

        left.ExpectMessage();
        _link.Sent.ShouldNotContain(frame => frame is UpFrame.Leaving);
    }

    private void ManagerJoins()
    {
        UplinkRefs.Scheduler(_uplink).Tell(new SchedulerMessage.NodeJoined("n1", Given.Incarnation, Given.Facts.Capacity, [], _manager));
        _world.RunUntilIdle();
    }

    private static AttemptPhase Staging { get; } = new(Given.Attempt(0), AttemptStage.StagingIn, Given.Now, null);

    private void TellPhases(params AttemptPhase[] phases)
    {
        _uplink.Tell(new UplinkMessage.PhasesChanged([.. phases]));
        _world.RunUntilIdle();
    }

    private void Stand(int version = 1)
    {
        _link.Stand(version);
        _world.RunUntilIdle();
    }

    private void Break()
    {
        _link.Break();
        _world.RunUntilIdle();
    }

    private void Hear(DownFrame frame)
    {
        _link.Hear(frame);
        _world.RunUntilIdle();
    }

    private Task Store(long number)
    {
        var stored = new UplinkLogStore(_uplink).AppendAsync([Chunk(number, "x"u8.ToArray())], CancellationToken.None);
        _world.RunUntilIdle();
        return stored;
    }

    private static LogChunk Chunk(long number, byte[] bytes) => new(Given.Attempt(0), OutputStream.Out, Given.Now, "node.host.run", Given.Incarnation, number, bytes);
}
