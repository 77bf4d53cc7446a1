using System.Text;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Frontend;
using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Journal.Logs;
using Shouldly;
using Xunit;

namespace Dpu.Cluster.Tests.Frontend;

public sealed class RemoteNodesActorTests
{
    private static readonly Guid Other = new("22222222-2222-2222-2222-222222222222");

    private readonly FrontendBench _bench = new();

    [Fact]
    public void A_node_is_welcomed_and_given_work_once_it_is_ready()
    {
        var link = _bench.Greet();
        link.Sent.ShouldHaveSingleItem().ShouldBe(new DownFrame.Welcome(Given.Terms));
        _bench.Scheduler.Expect(new SchedulerMessage.NodeHeard("n1"));
        _bench.Scheduler.ExpectNoMoreMessages();

        _bench.Say(link, new UpFrame.Ready(Given.Incarnation, Given.Facts));

        var joined = _bench.Scheduler.ExpectMessage<SchedulerMessage.NodeJoined>();
        (joined.Name, joined.Incarnation, joined.Capacity).ShouldBe(("n1", Given.Incarnation, Given.Facts.Capacity));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_node_of_an_older_version_is_given_no_code(int version, bool lacks)
    {
        var link = _bench.Greet(version: version);
        _bench.Say(link, new UpFrame.Ready(Given.Incarnation, Given.Facts));

        _bench.Scheduler.ExpectMessage<SchedulerMessage.NodeHeard>();
        _bench.Scheduler.ExpectMessage<SchedulerMessage.NodeJoined>().About.Missing.Contains(NodeAbout.Shipping).ShouldBe(lacks);
    }

    [Fact]
    public void What_attempts_do_is_known_as_of_when_their_node_was_heard_and_until_they_are_lost()
    {
        var (link, _) = _bench.Join();
        var phase = new AttemptPhase(Given.Attempt(0), AttemptStage.StagingIn, Given.Now, null);
        _bench.Say(link, new UpFrame.Phases([phase]));
        _bench.Phases.Find("n1", phase.Attempt).ShouldBe(new KnownPhase(phase, null));
        var heard = _bench.World.Time.GetUtcNow() - TimeSpan.FromSeconds(10);

        _bench.Nodes.Tell(new RemoteNodesMessage.Closed(link, TimeSpan.FromSeconds(10)));
        _bench.World.RunUntilIdle();
        _bench.Phases.Find("n1", phase.Attempt).ShouldBe(new KnownPhase(phase, heard));

        _bench.World.RunFor(2 * Given.NodeTimeout);
        _bench.Phases.Find("n1", phase.Attempt).ShouldBeNull();
    }

    [Fact]
    public void A_node_tells_what_its_attempts_do_anew_over_each_link()
    {
        var (link, _) = _bench.Join();
        _bench.Say(link, new UpFrame.Phases([new AttemptPhase(Given.Attempt(0), AttemptStage.Running, null, null)]));

        _bench.Greet();

        _bench.Phases.Find("n1", Given.Attempt(0)).ShouldBeNull("it may have been restarted with an older version, which says nothing");
    }

    [Fact]
    public void A_node_that_speaks_no_version_of_ours_is_refused_with_a_sentence()
    {
        var link = _bench.Greet(version: 9, oldest: 8);

        link.Sent.ShouldHaveSingleItem().ShouldBeOfType<DownFrame.Refused>().ShouldSatisfyAllConditions(
            refused => refused.Final.ShouldBeTrue(),
            refused => refused.Reason.ShouldContain("versions 8 to 9"));
        link.Closed.ShouldNotBeNull();
    }

    [Fact]
    public void A_second_live_node_of_the_same_name_is_refused_and_the_first_one_works_on()
    {
        var (first, node) = _bench.Join();

        var second = _bench.Greet(instance: Other);

        second.Sent.ShouldHaveSingleItem().ShouldBeOfType<DownFrame.Refused>().Reason.ShouldContain("'n1' is connected already");
        second.Closed.ShouldNotBeNull();
        first.Closed.ShouldBeNull();
        _bench.Give(node, 0);
        first.Sent.Last().ShouldBeOfType<DownFrame.StartTasks>();
    }

    [Fact]
    public void A_node_that_connects_anew_replaces_its_own_link()
    {
        var (first, node) = _bench.Join();

        var second = _bench.Greet();
        _bench.Nodes.Tell(new RemoteNodesMessage.Closed(first, TimeSpan.Zero));
        _bench.Give(node, 0);

        first.Closed.ShouldNotBeNull();
        second.Sent.Last().ShouldBeOfType<DownFrame.StartTasks>();
        _bench.Scheduler.Expect(new SchedulerMessage.NodeHeard("n1"));
        _bench.Scheduler.ExpectNoMoreMessages();
    }

    [Fact]
    public void What_no_job_gives_again_to_a_node_that_was_away_is_forgotten()
    {
        var (link, node) = _bench.Join();
        _bench.Give(node, 0, 1);
        _bench.Nodes.Tell(new RemoteNodesMessage.Closed(link, TimeSpan.Zero));
        _bench.World.RunFor(TimeSpan.FromSeconds(1));
        _bench.Scheduler.ExpectMessage<SchedulerMessage.NodeLeft>();
        _bench.Join();
        _bench.Give(node, 1);

        _bench.World.RunFor(Given.NodeTimeout * 3);

        _bench.Grants.All.Select(grant => grant.Attempt).ShouldBe([Given.Attempt(1)]);
    }

    [Fact]
    public void The_silence_before_a_link_broke_counts()
    {
        var (link, _) = _bench.Join();

        _bench.Nodes.Tell(new RemoteNodesMessage.Closed(link, TimeSpan.FromSeconds(20)));

        _bench.Scheduler.Expect(new SchedulerMessage.NodeLeft("n1", Given.NodeTimeout - TimeSpan.FromSeconds(20), Silent: TimeSpan.FromSeconds(20)));
        _bench.Presence.IsFree("n1").ShouldBeFalse();
        _bench.World.RunFor(Given.NodeTimeout - TimeSpan.FromSeconds(19));
        _bench.Presence.IsFree("n1").ShouldBeTrue();
    }

    [Fact]
    public void What_a_node_reports_goes_to_the_job_that_gave_it_and_what_is_settled_goes_back()
    {
        var (link, node) = _bench.Join();
        _bench.Give(node, 0, 1);

        _bench.Say(link, new UpFrame.Ended(Given.Job, [Given.Report(0), Given.Report(1)]));

        var reported = _bench.Job.ExpectMessage<JobMessage.Reported>();
        reported.Attempts.ShouldBe([Given.Attempt(0), Given.Attempt(1)]);
        reported.Command.ShouldBeOfType<JobCommand.ReportEnds>().Node.ShouldBe("n1");
        reported.Node.Tell(new NodeMessage.Settled(reported.Attempts));
        _bench.World.RunUntilIdle();
        link.Sent.Last().ShouldBeOfType<DownFrame.Settled>().Attempts.ShouldBe(reported.Attempts);
        _bench.Grants.Find("n1", Given.Attempt(0)).ShouldBeNull();
    }

    [Fact]
    public void What_was_not_given_to_a_node_is_not_taken_from_it()
    {
        var (_, mine) = _bench.Join();
        _bench.Give(mine, 0);
        var (liar, _) = _bench.Join("n2");

        _bench.Say(liar, new UpFrame.Ended(Given.Job, [Given.Report(0)]), new UpFrame.Lost(Given.Job, [new TaskAttempt(0, 1)], "lie"), new UpFrame.Ended(Given.Job, [Given.Report(0, number: 2)]));

        _bench.Job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_claim_is_for_what_is_the_nodes_own()
    {
        var (link, _) = _bench.Join();

        _bench.Say(link, new UpFrame.Claim([Given.Attempt(3)]));

        var claim = _bench.Frontend.ExpectMessage<FrontendMessage.Claim>();
        (claim.NodeName, claim.OnlyItsOwn).ShouldBe(("n1", true));
        claim.Attempts.ShouldBe([Given.Attempt(3)]);
    }

    [Fact]
    public void Lines_are_told_as_stored_when_they_are_and_only_then_dealt_with()
    {
        var (link, node) = _bench.Join();
        _bench.Give(node, 0);

        _bench.Say(link, new UpFrame.Logs(5, [Chunk(0, 1)]));

        link.Sent.Last().ShouldBe(new DownFrame.LogsStored(5, null));
        link.Dealt.Select(dealt => dealt.Frame.GetType()).ShouldBe([typeof(UpFrame.Ready), typeof(UpFrame.Logs)]);
        Stored(0).ShouldBe("line 1\n");
    }

    [Fact]
    public void Lines_of_attempts_that_were_given_to_somebody_else_are_not_stored()
    {
        var (link, _) = _bench.Join();
        _bench.History.Add(("n1", Given.Attempt(1)));
        _bench.History.Add(("n2", Given.Attempt(2)));

        _bench.Say(link, new UpFrame.Logs(5, [Chunk(1, 1), Chunk(2, 2)]));

        link.Sent.Last().ShouldBe(new DownFrame.LogsStored(5, null));
        Stored(1).ShouldBe("line 1\n");
        Stored(2).ShouldBe("");
    }

    [Fact]
    public void Lines_stay_in_order_while_it_is_looked_up_whose_they_are()
    {
        var (link, node) = _bench.Join();
        _bench.History.Add(("n1", Given.Attempt(1)));
        _bench.ViewsAnswer = new TaskCompletionSource();
        _bench.Say(link, new UpFrame.Logs(1, [Chunk(1, 1)]));
        node.Tell(new NodeMessage.AdoptTasks(_bench.Job, [new AdoptedTask(Given.Start(1), Given.Incarnation)]));
        _bench.Say(link, new UpFrame.Logs(2, [Chunk(1, 2)]));
        Stored(1).ShouldBe("");

        _bench.World.Schedule(TimeSpan.Zero, _bench.ViewsAnswer.SetResult);
        _bench.World.RunUntilIdle();

        Stored(1).ShouldBe("line 1\nline 2\n");
        link.Sent.OfType<DownFrame.LogsStored>().Select(stored => stored.Number).ShouldBe([1, 2]);
    }

    [Fact]
    public void An_end_waits_for_the_lines_before_it()
    {
        var (link, node) = _bench.Join();
        _bench.ViewsAnswer = new TaskCompletionSource();
        _bench.Say(link, new UpFrame.Logs(1, [Chunk(1, 1)]));
        _bench.Give(node, 0);

        _bench.Say(link, new UpFrame.Logs(2, [Chunk(0, 2)]), new UpFrame.Ended(Given.Job, [Given.Report(0)]));
        _bench.Job.ExpectNoMoreMessages();
        _bench.World.Schedule(TimeSpan.Zero, _bench.ViewsAnswer.SetResult);
        _bench.World.RunUntilIdle();

        _bench.Job.ExpectMessage<JobMessage.Reported>();
        Stored(0).ShouldBe("line 2\n");
    }

    [Fact]
    public void When_the_views_cannot_be_asked_whose_lines_they_are_they_wait()
    {
        var (link, _) = _bench.Join();
        _bench.History.Add(("n1", Given.Attempt(1)));
        _bench.ViewsAnswer = new TaskCompletionSource();
        _bench.ViewsAnswer.SetException(new IOException("the database is away"));
        _bench.Say(link, new UpFrame.Logs(1, [Chunk(1, 1)]));
        link.Sent.ShouldNotContain(frame => frame is DownFrame.LogsStored);

        _bench.ViewsAnswer = null;
        _bench.World.RunFor(TimeSpan.FromSeconds(2));

        Stored(1).ShouldBe("line 1\n");
    }

    [Fact]
    public void A_node_reads_the_output_of_its_own_attempts_only()
    {
        var (link, node) = _bench.Join();
        _bench.Give(node, 0);
        _bench.Say(link, new UpFrame.Logs(5, [Chunk(0, 1)]));

        _bench.Say(link, new UpFrame.ReadLogs(6, Given.Attempt(0), 0, 0, 1000), new UpFrame.ReadLogs(7, Given.Attempt(1), 0, 0, 1000));

        var answers = link.Sent.OfType<DownFrame.LogsRead>().ToDictionary(answer => answer.Number);
        answers[6].Page.Chunks.ShouldHaveSingleItem().SequenceNr.ShouldBe(1);
        answers[7].Failure.ShouldNotBeNull();
        answers[7].Page.Chunks.ShouldBeEmpty();
    }

    [Fact]
    public void What_was_on_its_way_to_a_node_that_has_left_is_lost_at_once()
    {
        var (link, node) = _bench.Join();
        _bench.Give(node, 0);

        _bench.Say(link, new UpFrame.Leaving());
        _bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>().Attempts.ShouldBe([new TaskAttempt(0, 1)]);
        node.Tell(new NodeMessage.Settled([Given.Attempt(0)]));
        _bench.Give(node, 1);

        _bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>().Attempts.ShouldBe([new TaskAttempt(1, 1)]);
    }

    private string Stored(int task)
    {
        var page = _bench.World.Await(_bench.Logs.ReadAsync(LogSelection.Of(Given.Attempt(task)), LogCursor.Start, 1000, CancellationToken.None));
        return string.Concat(page.Chunks.Select(chunk => Encoding.UTF8.GetString(chunk.Bytes.Span)));
    }

    private static LogChunk Chunk(int task, long number) =>
        new(Given.Attempt(task), OutputStream.Out, Given.Now, "node.host.run", Given.Incarnation, number, Encoding.UTF8.GetBytes($"line {number}\n"));
}
