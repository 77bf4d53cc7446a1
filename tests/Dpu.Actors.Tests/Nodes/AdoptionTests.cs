using System.Text;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>What a node makes of attempts that an earlier life of the service had given it.</summary>
public sealed class AdoptionTests
{
    private static readonly AttemptId Attempt = GivenJobs.Attempt(0);

    [Fact]
    public void What_the_launcher_runs_unknown_to_us_is_claimed_and_adopted_without_a_second_start()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Frontend.ExpectMessage<FrontendMessage.Claim>().Attempts.ShouldBe([Attempt]);

        bench.Adopt(GivenJobs.Incarnation, Attempt);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));

        bench.ExpectReport().Cause.ShouldBeNull();
        bench.Launcher.Started.ShouldBeEmpty();
        bench.Files.Prepared.ShouldBeEmpty();
    }

    [Fact]
    public void An_end_that_was_told_before_the_claim_is_not_lost()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Say(ScriptedLauncher.Exited(1, Attempt, GivenJobs.Exit(3)));
        bench.Job.ExpectNoMoreMessages();

        bench.Adopt(GivenJobs.Incarnation, Attempt);

        bench.ExpectReport().Exit!.ExitCode.ShouldBe(3);
        bench.Launcher.Acknowledged.ShouldBeEmpty();
        bench.Tell(new NodeMessage.Settled([Attempt]));
        bench.Launcher.Acknowledged.ShouldBe([1]);
        bench.Manager!.HoldsNothing.ShouldBeTrue();
    }

    [Fact]
    public void An_end_that_was_told_before_the_claim_outlives_the_launcher()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.Say(new LauncherEvent.Disconnected("died"), ScriptedLauncher.Connected(GivenJobs.OtherIncarnation));

        bench.Adopt(GivenJobs.Incarnation, Attempt);

        bench.ExpectReport().Exit.ShouldNotBeNull();
    }

    [Fact]
    public void What_this_launcher_never_heard_of_is_started_under_the_same_number()
    {
        var bench = NodeBench.Connected();

        bench.Adopt(GivenJobs.Incarnation, Attempt);

        bench.Launcher.Started.ShouldBe([Attempt]);
    }

    [Fact]
    public void What_an_earlier_launcher_ran_is_lost()
    {
        var bench = NodeBench.Connected();

        bench.Adopt(GivenJobs.OtherIncarnation, Attempt);

        bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>().Attempts.ShouldBe([new TaskAttempt(0, 1)]);
        bench.Launcher.Started.ShouldBeEmpty();
        bench.Files.Discarded.ShouldBe([Attempt]);
        bench.Tell(new NodeMessage.Settled([Attempt]));
        bench.Manager!.HoldsNothing.ShouldBeTrue();
    }

    [Fact]
    public void Lines_told_before_the_claim_bear_the_name_of_their_step()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Say(ScriptedLauncher.Line(1, Attempt, "first"));
        bench.Adopt(GivenJobs.Incarnation, Attempt);
        bench.Say(ScriptedLauncher.Line(2, Attempt, "second"));

        bench.Logs.Handed.Select(chunk => (Encoding.UTF8.GetString(chunk.Bytes.Span), chunk.Source)).ShouldBe(
            [("first\n", "node.host.run"), ("second\n", "node.host.run")]);
    }

    [Fact]
    public void Nothing_is_started_beside_what_may_still_run_unclaimed()
    {
        var running = GivenJobs.Attempt(7);
        var bench = NodeBench.Connected(cpus: 1, running);

        bench.Start(Attempt);
        bench.Launcher.Started.ShouldBeEmpty();

        bench.Adopt(GivenJobs.Incarnation, running);
        bench.Launcher.Started.ShouldBeEmpty();
        bench.Say(ScriptedLauncher.Exited(1, running));
        bench.Launcher.Started.ShouldBe([Attempt]);
    }

    [Fact]
    public void What_nobody_wants_is_ended_and_only_its_end_makes_room()
    {
        var unwanted = GivenJobs.Attempt(7);
        var bench = NodeBench.Connected(cpus: 1, unwanted);
        bench.Start(Attempt);

        bench.Tell(new NodeMessage.Disown([unwanted]));
        bench.Launcher.Ended.ShouldBe([unwanted]);
        bench.Launcher.Started.ShouldBeEmpty();

        bench.Say(ScriptedLauncher.Line(1, unwanted, "last words"), ScriptedLauncher.Exited(2, unwanted));
        bench.Launcher.Started.ShouldBe([Attempt]);
        bench.Launcher.Acknowledged.ShouldBe([2]);
        bench.Logs.Handed.Count.ShouldBe(1);
        bench.Job.ExpectNoMoreMessages();
    }

    [Fact]
    public void What_nobody_wants_and_has_ended_is_acknowledged_at_once()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));

        bench.Tell(new NodeMessage.Disown([Attempt]));

        bench.Launcher.Ended.ShouldBeEmpty();
        bench.Launcher.Acknowledged.ShouldBe([1]);
        bench.Manager!.HoldsNothing.ShouldBeTrue();
    }

    [Fact]
    public void An_end_that_a_broken_connection_may_have_swallowed_is_asked_for_again()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Tell(new NodeMessage.Disown([Attempt]));

        bench.Say(new LauncherEvent.Disconnected("cut"), ScriptedLauncher.Connected(GivenJobs.Incarnation, Attempt));

        bench.Launcher.Ended.ShouldBe([Attempt, Attempt]);
    }

    [Fact]
    public void An_end_whose_acknowledgement_was_lost_is_acknowledged_again_and_holds_nothing_up()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Say(ScriptedLauncher.Running(1, Attempt), ScriptedLauncher.Exited(2, Attempt));
        bench.Tell(new NodeMessage.Settled([Attempt]));

        bench.Say(new LauncherEvent.Disconnected("cut"), ScriptedLauncher.Connected(GivenJobs.Incarnation, Attempt));
        bench.Launcher.Acknowledged.ShouldBe([1, 2, 2]);
        bench.Say(ScriptedLauncher.Exited(2, Attempt));

        bench.Manager!.HoldsNothing.ShouldBeTrue();
        bench.Start(GivenJobs.Attempt(1));
        bench.Launcher.Started.ShouldBe([Attempt, GivenJobs.Attempt(1)]);
    }

    [Fact]
    public void What_the_launcher_lists_no_longer_holds_nothing_up()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.Tell(new NodeMessage.Settled([Attempt]));

        // The first acknowledgement was lost, the second arrived, and the connection broke again before the end could be resent.
        bench.Say(new LauncherEvent.Disconnected("cut"), ScriptedLauncher.Connected(GivenJobs.Incarnation, Attempt));
        bench.Say(new LauncherEvent.Disconnected("cut"), ScriptedLauncher.Connected(GivenJobs.Incarnation));

        bench.Manager!.HoldsNothing.ShouldBeTrue();
    }

    [Fact]
    public void What_nobody_answers_is_claimed_again()
    {
        var bench = NodeBench.Connected(GivenJobs.Attempt(7));
        bench.Frontend.ExpectMessage<FrontendMessage.Claim>();
        bench.Start(Attempt);
        bench.Adopt(GivenJobs.OtherIncarnation, Attempt);
        bench.World.RunFor(TimeSpan.FromSeconds(6));

        bench.Frontend.ExpectMessage<FrontendMessage.Claim>().Attempts.ShouldBe([GivenJobs.Attempt(7)]);
    }

    [Fact]
    public void An_outcome_that_nobody_answers_is_claimed_and_told_again_or_forgotten()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt, GivenJobs.Attempt(1));
        bench.Say(ScriptedLauncher.Exited(1, Attempt), ScriptedLauncher.Exited(2, GivenJobs.Attempt(1)));
        bench.ExpectReport();
        bench.ExpectReport();

        bench.Frontend.ExpectMessage<FrontendMessage.Claim>().Attempts.ShouldBe([Attempt, GivenJobs.Attempt(1)]);
        bench.Adopt(GivenJobs.Incarnation, Attempt);
        bench.ExpectReport().Attempt.ShouldBe(new TaskAttempt(0, 1));
        bench.Tell(new NodeMessage.Disown([GivenJobs.Attempt(1)]), new NodeMessage.Settled([Attempt]));

        bench.Launcher.Acknowledged[^1].ShouldBe(2);
        bench.Manager!.HoldsNothing.ShouldBeTrue();
        bench.World.RunFor(TimeSpan.FromMinutes(1));
        bench.Frontend.ExpectNoMoreMessages();
        bench.World.Time.NextTimer.ShouldBeNull();
    }
}
