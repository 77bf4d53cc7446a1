using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>An attempt on its node, from its assignment to the answer of its job.</summary>
public sealed class RunningTests
{
    private static readonly AttemptId Attempt = GivenJobs.Attempt(0);
    private static readonly AttemptId Other = GivenJobs.Attempt(1);
    private static readonly LauncherEvent Cut = new LauncherEvent.Disconnected("cut");

    [Fact]
    public void A_node_that_is_connected_offers_itself_and_withdraws_when_it_is_cut_off()
    {
        var bench = NodeBench.Connected();
        bench.Scheduler.ExpectMessage<SchedulerMessage.NodeJoined>()
            .ShouldBe(new SchedulerMessage.NodeJoined("node", GivenJobs.Incarnation, bench.Options.Capacity, bench.Options.Tags, bench.Node));

        bench.Say(Cut);

        bench.Scheduler.Expect(new SchedulerMessage.NodeLeft("node"));
        bench.Frontend.ExpectNoMoreMessages();
    }

    [Fact]
    public void It_offers_itself_again_with_other_tags_now_if_it_is_connected_and_else_when_it_is()
    {
        var bench = NodeBench.Connected();
        bench.Scheduler.ExpectMessage<SchedulerMessage.NodeJoined>();

        bench.Tell(new NodeMessage.ChangeTags(["gpu"]));
        bench.Scheduler.ExpectMessage<SchedulerMessage.NodeJoined>().Tags.ShouldBe(["gpu"]);
        bench.Say(Cut);
        bench.Scheduler.Expect(new SchedulerMessage.NodeLeft("node"));
        bench.Tell(new NodeMessage.ChangeTags([]));
        bench.Scheduler.ExpectNoMoreMessages();
        bench.Say(new LauncherEvent.Connected(GivenJobs.Incarnation, []));
        bench.Scheduler.ExpectMessage<SchedulerMessage.NodeJoined>().Tags.ShouldBeEmpty();
    }

    [Fact]
    public void An_attempt_runs_is_reported_and_is_forgotten_by_the_launcher_only_when_its_job_says_so()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Say(ScriptedLauncher.Running(1, Attempt), ScriptedLauncher.Line(2, Attempt, "hello"), ScriptedLauncher.Exited(3, Attempt, GivenJobs.Exit(2)));

        bench.ExpectReport().Cause.ShouldBe(FailureCause.Recipe);
        bench.Launcher.Acknowledged.Max().ShouldBe(2);
        bench.Tell(new NodeMessage.Settled([Attempt]));

        bench.Launcher.Acknowledged.Max().ShouldBe(3);
        bench.Manager!.HoldsNothing.ShouldBeTrue();
        bench.Job.ExpectNoMoreMessages();
    }

    [Fact]
    public void More_than_fits_waits_its_turn()
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Start(Attempt, Other);
        bench.Launcher.Started.ShouldBe([Attempt]);

        bench.Say(ScriptedLauncher.Exited(1, Attempt));

        bench.Launcher.Started.ShouldBe([Attempt, Other]);
    }

    [Fact]
    public void What_can_never_fit_is_refused_in_words()
    {
        var bench = NodeBench.Connected();

        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Command(Attempt, new Resources(3, 0))]));

        var report = bench.ExpectReport();
        report.Cause.ShouldBe(FailureCause.Launch);
        report.Message.ShouldBe("node node is too small for it");
        bench.Launcher.Started.ShouldBeEmpty();
    }

    [Fact]
    public void The_same_assignment_twice_starts_once()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Start(Attempt);

        bench.Launcher.Started.ShouldBe([Attempt]);
    }

    [Fact]
    public void What_waits_for_room_ends_without_ever_having_run()
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Start(Other, Attempt);

        bench.Tell(new NodeMessage.EndTasks([Attempt]));

        ShouldNeverHaveRun(bench);
        bench.Say(ScriptedLauncher.Exited(1, Other));
        bench.Launcher.Started.ShouldBe([Other]);
    }

    [Fact]
    public void What_is_being_prepared_ends_when_that_is_done()
    {
        var bench = NodeBench.Connected();
        bench.Files.HoldPreparation = new TaskCompletionSource();
        bench.Start(Attempt);
        bench.Tell(new NodeMessage.EndTasks([Attempt]));
        bench.Job.ExpectNoMoreMessages();

        bench.Files.HoldPreparation.SetResult();

        ShouldNeverHaveRun(bench);
    }

    [Fact]
    public void What_waits_to_be_launched_while_the_launcher_is_away_ends_at_once_and_is_never_launched()
    {
        var bench = NodeBench.Connected();
        bench.Files.HoldPreparation = new TaskCompletionSource();
        bench.Start(Attempt);
        bench.Say(Cut);
        bench.Files.HoldPreparation.SetResult();
        bench.World.RunUntilIdle();

        bench.Tell(new NodeMessage.EndTasks([Attempt]));
        ShouldNeverHaveRun(bench);
        bench.Say(ScriptedLauncher.Connected(GivenJobs.Incarnation));

        bench.Launcher.Started.ShouldBeEmpty();
    }

    [Fact]
    public void A_node_that_drains_gives_back_what_waits_and_lets_run_what_runs()
    {
        var bench = NodeBench.Connected(cpus: 1);
        var (first, second, third) = (new AttemptId(GivenJobs.First, 0, 1), new AttemptId(GivenJobs.First, 1, 1), new AttemptId(GivenJobs.First, 2, 1));
        bench.Start(first, second);
        bench.Launcher.Started.ShouldBe([first]);

        bench.Tell(new NodeMessage.Drain(true));

        bench.ExpectReport().ShouldSatisfyAllConditions(
            report => report.Attempt.ShouldBe(new TaskAttempt(1, 1)),
            report => report.Cause.ShouldBe(FailureCause.Returned),
            report => report.Exit.ShouldBeNull(),
            report => report.Message.ShouldBe("node node is drained: it had not begun this and gave it back"));
        bench.Launcher.Ended.ShouldBeEmpty();

        // What was on its way, or was committed before the service died, goes the same way.
        bench.Start(third);
        bench.ExpectReport().Cause.ShouldBe(FailureCause.Returned);
        bench.Adopt(GivenJobs.Incarnation, new AttemptId(GivenJobs.First, 3, 1));
        bench.ExpectReport().Cause.ShouldBe(FailureCause.Returned);

        bench.Tell(new NodeMessage.Drain(false));
        bench.Say(ScriptedLauncher.Exited(1, first, GivenJobs.Exit(0)));
        bench.ExpectReport().Cause.ShouldBeNull();
        bench.Start(new AttemptId(GivenJobs.First, 4, 1));
        bench.Launcher.Started.Count.ShouldBe(2);
    }

    [Fact]
    public void What_runs_is_reported_only_when_its_process_is_gone()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Tell(new NodeMessage.EndTasks([Attempt]));
        bench.Launcher.Ended.ShouldBe([Attempt]);
        bench.Job.ExpectNoMoreMessages();

        bench.Say(ScriptedLauncher.Exited(1, Attempt, GivenJobs.Exit(null, EndReason.Cancelled, signal: 15)));

        bench.ExpectReport().Cause.ShouldBe(FailureCause.Cancelled);
    }

    [Fact]
    public void An_end_that_the_cut_swallowed_is_asked_for_again()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Tell(new NodeMessage.EndTasks([Attempt]));

        bench.Say(Cut, ScriptedLauncher.Connected(GivenJobs.Incarnation, Attempt));

        bench.Launcher.Ended.ShouldBe([Attempt, Attempt]);
    }

    [Fact]
    public void A_start_that_the_cut_swallowed_is_sent_again_to_the_same_launcher()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);

        bench.Say(Cut, ScriptedLauncher.Connected(GivenJobs.Incarnation));

        bench.Launcher.Started.ShouldBe([Attempt, Attempt]);
        bench.Job.ExpectNoMoreMessages();
    }

    [Fact]
    public void A_start_that_the_cut_may_have_swallowed_is_not_taken_for_unstarted_when_it_is_to_end()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Tell(new NodeMessage.EndTasks([Attempt]));

        bench.Say(Cut, ScriptedLauncher.Connected(GivenJobs.Incarnation));
        bench.Job.ExpectNoMoreMessages();
        bench.Launcher.Started.ShouldBe([Attempt, Attempt]);
        bench.Launcher.Ended.ShouldBe([Attempt, Attempt]);

        bench.Say(ScriptedLauncher.Exited(1, Attempt, GivenJobs.Exit(null, EndReason.Cancelled, signal: 15)));
        bench.ExpectReport().Cause.ShouldBe(FailureCause.Cancelled);
    }

    [Fact]
    public void What_a_dead_launcher_ran_is_lost_and_makes_room()
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Start(Attempt, Other);

        bench.Say(Cut, ScriptedLauncher.Connected(GivenJobs.OtherIncarnation));

        bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>().Attempts.ShouldBe([new TaskAttempt(0, 1)]);
        bench.Launcher.Started.ShouldBe([Attempt, Other]);
    }

    [Fact]
    public void What_the_launcher_fenced_is_lost_whatever_its_process_said_last_and_is_settled_as_any_end()
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Start(Attempt, Other);

        bench.Say(ScriptedLauncher.Running(1, Attempt), ScriptedLauncher.Exited(2, Attempt, GivenJobs.Exit(0, EndReason.Fenced)));

        var lost = bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>();
        lost.Attempts.ShouldBe([new TaskAttempt(0, 1)]);
        lost.Reason.ShouldBe("ended by its node, which had not reached a frontend for so long that the task may have been started elsewhere");
        bench.Files.Discarded.ShouldBe([Attempt]);
        bench.Files.Collected.ShouldBeEmpty();
        bench.Launcher.Started.ShouldBe([Attempt, Other]);
        bench.Launcher.Acknowledged.Max().ShouldBe(1);
        bench.Tell(new NodeMessage.Settled([Attempt]));
        bench.Launcher.Acknowledged.Max().ShouldBe(2);
    }

    [Fact]
    public void What_was_to_be_sent_again_is_not_sent_to_the_launcher_after_next()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);

        bench.Say(Cut, ScriptedLauncher.Connected(GivenJobs.Incarnation), Cut, ScriptedLauncher.Connected(GivenJobs.OtherIncarnation));

        bench.Launcher.Started.ShouldBe([Attempt]);
        bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>();
    }

    [Fact]
    public void An_outcome_in_hand_outlives_the_launcher_that_told_it()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.ExpectReport();

        bench.Say(Cut, ScriptedLauncher.Connected(GivenJobs.OtherIncarnation));
        bench.Tell(new NodeMessage.Settled([Attempt]));

        // The number means nothing to the new launcher.
        bench.Launcher.Acknowledged.ShouldBeEmpty();
        bench.Manager!.HoldsNothing.ShouldBeTrue();
        bench.Job.ExpectNoMoreMessages();
    }

    [Fact]
    public void Requests_are_meant_for_the_launcher_that_the_node_knows()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Launcher.Meant.ShouldBe(GivenJobs.Incarnation);

        bench.Say(Cut, ScriptedLauncher.Connected(GivenJobs.OtherIncarnation));
        bench.Start(Other);
        bench.Launcher.Meant.ShouldBe(GivenJobs.OtherIncarnation);
    }

    [Fact]
    public void Events_that_are_resent_are_heard_once()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        LauncherEvent[] events = [ScriptedLauncher.Running(1, Attempt), ScriptedLauncher.Line(2, Attempt, "hello"), ScriptedLauncher.Exited(3, Attempt)];
        bench.Say(events);
        bench.Say([Cut, ScriptedLauncher.Connected(GivenJobs.Incarnation, Attempt), .. events]);

        bench.ExpectReport();
        bench.Job.ExpectNoMoreMessages(TimeSpan.FromSeconds(1));
        bench.Logs.Handed.Count.ShouldBe(1);
    }

    [Fact]
    public void Outputs_are_saved_before_the_end_is_told()
    {
        var bench = NodeBench.Connected();
        bench.Files.HoldCollection = new TaskCompletionSource();
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt)]));
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.Job.ExpectNoMoreMessages();

        bench.Files.HoldCollection.SetResult();

        bench.ExpectReport().Cause.ShouldBeNull();
    }

    [Fact]
    public void How_long_files_took_is_reported()
    {
        var bench = NodeBench.Connected();
        bench.Files.HoldPreparation = new TaskCompletionSource();
        bench.Files.HoldCollection = new TaskCompletionSource();
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt)]));
        bench.World.RunFor(TimeSpan.FromSeconds(3));
        bench.Files.HoldPreparation.SetResult();
        bench.World.RunFor(TimeSpan.FromSeconds(20));
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.World.RunFor(TimeSpan.FromSeconds(1.5));
        bench.Files.HoldCollection.SetResult();

        var report = bench.ExpectReport();

        (report.StagingInSeconds, report.SavingSeconds).ShouldBe((3, 1.5));
    }

    [Fact]
    public void Files_that_have_to_wait_do_so_only_while_somebody_wants_the_attempt()
    {
        var bench = NodeBench.Connected();
        bench.Files.Waits = true;
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt)]));

        bench.Tell(new NodeMessage.EndTasks([Attempt]));

        var report = bench.ExpectReport();
        (report.Cause, report.Message).ShouldBe((FailureCause.Cancelled, "ended before its process was started"));
    }

    [Fact]
    public void Outputs_that_have_to_wait_do_so_only_while_somebody_wants_the_attempt()
    {
        var bench = NodeBench.Connected();
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt)]));
        bench.Files.Waits = true;
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.Job.ExpectNoMoreMessages();

        bench.Tell(new NodeMessage.EndTasks([Attempt]));

        var report = bench.ExpectReport();
        (report.Cause, report.Message).ShouldBe((FailureCause.Cancelled, "ended while its outputs were being saved"));
    }

    [Fact]
    public void What_a_settled_attempt_of_a_recipe_left_is_let_go()
    {
        var bench = NodeBench.Connected();
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt), GivenJobs.Command(Other)]));
        bench.Say(ScriptedLauncher.Exited(1, Attempt), ScriptedLauncher.Exited(2, Other));
        bench.Files.Forgotten.ShouldBeEmpty();

        bench.Tell(new NodeMessage.Settled([Attempt, Other]));

        bench.Files.Forgotten.ShouldBe([Attempt]);
    }

    [Fact]
    public void Outputs_that_cannot_be_saved_make_the_attempt_fail_with_their_cause()
    {
        var bench = NodeBench.Connected();
        bench.Files.CollectionFails = new TaskFilesException(FailureCause.Data, "no space left");
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [GivenJobs.Recipe(Attempt)]));

        bench.Say(ScriptedLauncher.Exited(1, Attempt));

        var report = bench.ExpectReport();
        (report.Cause, report.Message, report.Exit!.ExitCode).ShouldBe((FailureCause.Data, "no space left", 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Inputs_that_cannot_be_put_in_place_make_the_attempt_fail_with_their_cause(bool later)
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Files.PreparationFails = new TaskFilesException(FailureCause.Data, "no space left") { Final = later };
        bench.Files.HoldPreparation = later ? new TaskCompletionSource() : null;
        bench.Start(Attempt);
        bench.Files.HoldPreparation?.SetResult();

        var report = bench.ExpectReport();
        (report.Cause, report.Message, report.Exit, report.Final).ShouldBe((FailureCause.Data, "no space left", null, later));
        bench.Files.PreparationFails = null;
        bench.Files.HoldPreparation = null;
        bench.Start(Other);
        bench.Launcher.Started.ShouldBe([Other]);
    }

    [Fact]
    public void A_task_whose_actor_fails_is_told_and_makes_room()
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Files.PreparationFails = new InvalidOperationException("a bug");
        bench.Start(Attempt);

        bench.ExpectReport().Cause.ShouldBe(FailureCause.Launch);
        bench.Files.PreparationFails = null;
        bench.Start(Other);
        bench.Launcher.Started.ShouldBe([Other]);
    }

    [Fact]
    public void A_log_store_that_fails_loses_nothing_and_keeps_the_order()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Logs.Fails = true;
        bench.Say(ScriptedLauncher.Line(1, Attempt, "first"));
        bench.Say(ScriptedLauncher.Line(2, Attempt, "second"));
        bench.Say(ScriptedLauncher.Exited(3, Attempt));
        bench.ExpectReport();
        bench.Tell(new NodeMessage.Settled([Attempt]));
        bench.Launcher.Acknowledged.ShouldBeEmpty();

        bench.Logs.Fails = false;
        bench.World.RunFor(TimeSpan.FromSeconds(5));

        bench.Logs.Handed.Select(chunk => chunk.SequenceNr).ShouldBe([1L, 2L]);
        bench.Launcher.Acknowledged.Max().ShouldBe(3);
    }

    [Fact]
    public void A_log_store_that_goes_on_failing_is_told_once_and_its_end_too()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Logs.Fails = true;
        bench.Say(ScriptedLauncher.Line(1, Attempt, "first"));
        bench.World.RunFor(TimeSpan.FromSeconds(30));
        bench.Log.Lines.Count(line => line.Contains("could not be stored", StringComparison.Ordinal)).ShouldBe(1);

        bench.Logs.Fails = false;
        bench.World.RunFor(TimeSpan.FromSeconds(5));
        bench.Say(ScriptedLauncher.Line(2, Attempt, "second"));
        bench.Log.Lines.Count(line => line.Contains("stored again", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static void ShouldNeverHaveRun(NodeBench bench)
    {
        var report = bench.ExpectReport();
        (report.Attempt, report.Cause, report.Exit).ShouldBe((new TaskAttempt(0, 1), FailureCause.Cancelled, null));
        bench.Launcher.Started.ShouldNotContain(Attempt);
    }

    [Fact]
    public void What_waited_when_the_lease_ran_out_is_not_started_under_the_next_one()
    {
        var bench = NodeBench.Connected(cpus: 1);
        bench.Tell(new NodeMessage.Leased(TimeSpan.FromSeconds(1), Lapsed: false));
        bench.Start(Attempt, Other);
        bench.Launcher.Started.ShouldBe([Attempt]);

        bench.Tell(new NodeMessage.Leased(TimeSpan.FromSeconds(9), Lapsed: true));

        bench.Launcher.Leased.ShouldBe(TimeSpan.FromSeconds(9));
        ((JobCommand.ReportLost)bench.Job.ExpectMessage<JobMessage.Reported>().Command).Attempts.ShouldBe([new TaskAttempt(Other.Task, Other.Number)]);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.Launcher.Started.ShouldBe([Attempt]);
    }

    [Fact]
    public void What_was_prepared_when_the_lease_ran_out_is_not_started_either()
    {
        var bench = NodeBench.Connected();
        bench.Files.HoldPreparation = new TaskCompletionSource();
        bench.Start(Attempt);

        bench.Tell(new NodeMessage.Leased(TimeSpan.FromSeconds(9), Lapsed: true));
        bench.Files.HoldPreparation.SetResult();
        bench.World.RunUntilIdle();

        bench.Launcher.Started.ShouldBeEmpty();
        bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>();
        bench.Tell(new NodeMessage.Settled([Attempt]));
        bench.Manager!.HoldsNothing.ShouldBeTrue();
    }

    [Fact]
    public void A_request_that_was_lost_with_the_launcher_s_connection_is_not_repeated_after_the_lease_ran_out()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);
        bench.Say(Cut);
        bench.Tell(new NodeMessage.Leased(TimeSpan.FromSeconds(9), Lapsed: true));

        bench.Say(ScriptedLauncher.Connected(GivenJobs.Incarnation));

        bench.Launcher.Started.ShouldBe([Attempt]);
        bench.Job.ExpectMessage<JobMessage.Reported>().Command.ShouldBeOfType<JobCommand.ReportLost>();
    }

    [Fact]
    public void What_nobody_wants_any_more_is_ended_and_reported()
    {
        var bench = NodeBench.Connected();
        bench.Start(Attempt);

        bench.Tell(new NodeMessage.Disown([Attempt]));

        bench.Launcher.Ended.ShouldBe([Attempt]);
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.ExpectReport();
    }
}
