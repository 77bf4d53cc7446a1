using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>What a node makes of an attempt's output, once it has ended.</summary>
public sealed class SearchTests
{
    private static readonly AttemptId Attempt = GivenJobs.Attempt(0);
    private static readonly TaskStart Command = WithPatterns(GivenJobs.Command(Attempt));
    private static readonly TaskStart Recipe = WithPatterns(GivenJobs.Recipe(Attempt));

    [Fact]
    public void Lines_that_came_with_the_end_are_found()
    {
        var bench = Started(Command);
        bench.Say(ScriptedLauncher.Line(1, Attempt, "note this"), ScriptedLauncher.Line(2, Attempt, "nothing"), ScriptedLauncher.Exited(3, Attempt));

        var report = bench.ExpectReport();
        (report.Cause, report.Message).ShouldBe((null, ""));
        report.Findings.ShouldBe([new LogFinding("note", FindingLevel.Info, GivenJobs.Now, "note this", 1)]);
    }

    [Fact]
    public void A_line_fails_what_ended_normally_and_nothing_is_collected()
    {
        var bench = Started(Recipe);
        bench.Say(ScriptedLauncher.Line(1, Attempt, "broken"), ScriptedLauncher.Exited(2, Attempt));

        var report = bench.ExpectReport();
        report.Cause.ShouldBe(FailureCause.Data);
        report.Message.ShouldContain("'broken'");
        bench.Files.Collected.ShouldBeEmpty();
    }

    [Fact]
    public void A_line_holds_a_result_which_is_collected()
    {
        var bench = Started(Recipe);
        bench.Say(ScriptedLauncher.Line(1, Attempt, "doubtful"), ScriptedLauncher.Exited(2, Attempt));

        var report = bench.ExpectReport();
        report.Cause.ShouldBeNull();
        report.Hold.ShouldBe("it printed 'doubtful' (pattern 'hold')");
        report.Findings.Single().Pattern.ShouldBe("hold");
        bench.Files.Collected.ShouldBe([Attempt]);
    }

    [Fact]
    public void An_exit_code_that_is_final_is_told_as_such()
    {
        var bench = Started(Command with { Exits = [new ExitRule(2, FailureCause.Recipe, Final: true)] });
        bench.Say(ScriptedLauncher.Exited(1, Attempt, GivenJobs.Exit(2)));

        bench.ExpectReport().Final.ShouldBeTrue();
    }

    [Fact]
    public void Of_an_adopted_attempt_what_it_printed_in_an_earlier_life_is_found_too()
    {
        var bench = NodeBench.Connected(Attempt);
        bench.Logs.AppendAsync([Chunk(1, "note: stored before the restart\n")], default).IsCompletedSuccessfully.ShouldBeTrue();
        bench.Tell(new NodeMessage.AdoptTasks(bench.Job, [new AdoptedTask(Command, GivenJobs.Incarnation)]));
        bench.Say(ScriptedLauncher.Line(2, Attempt, "note again"), ScriptedLauncher.Exited(3, Attempt));

        bench.ExpectReport().Findings.Select(finding => finding.Line).ShouldBe(["note: stored before the restart", "note again"]);
    }

    [Fact]
    public void Lines_of_other_attempts_are_not_looked_at()
    {
        var bench = NodeBench.Connected();
        var other = GivenJobs.Attempt(1);
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [Command, GivenJobs.Command(other)]));
        bench.Say(ScriptedLauncher.Line(1, other, "broken"), ScriptedLauncher.Line(2, Attempt, "fine"), ScriptedLauncher.Exited(3, Attempt));

        bench.ExpectReport().Findings.ShouldBeEmpty();
    }

    [Fact]
    public void A_log_store_that_recovers_is_waited_for()
    {
        var bench = Started(Command);
        bench.Logs.Fails = true;
        bench.Say(ScriptedLauncher.Line(1, Attempt, "broken"), ScriptedLauncher.Exited(2, Attempt));
        bench.Job.ExpectNoMoreMessages();

        bench.Logs.Fails = false;
        bench.World.RunFor(TimeSpan.FromSeconds(3));

        bench.ExpectReport().Cause.ShouldBe(FailureCause.Data);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(3, FailureCause.Recipe)]
    public void A_log_store_that_does_not_never_changes_an_outcome_and_it_is_said(int code, FailureCause? cause)
    {
        var bench = Started(Command);
        bench.Logs.Fails = true;
        bench.Say(ScriptedLauncher.Line(1, Attempt, "broken"), ScriptedLauncher.Exited(2, Attempt, GivenJobs.Exit(code)));

        bench.World.RunFor(TimeSpan.FromSeconds(10));

        var report = bench.ExpectReport();
        report.Cause.ShouldBe(cause);
        report.Findings.ShouldBeEmpty();
        report.Message.ShouldEndWith("its output was not searched to the end for the patterns of its recipe: its end is not stored yet");
        bench.Manager!.SearchesFailed.ShouldBe(1);
    }

    [Fact]
    public void Logs_that_cannot_be_read_do_not_change_it_either()
    {
        var bench = Started(Command);
        bench.Logs.CannotBeRead = true;
        bench.Say(ScriptedLauncher.Line(1, Attempt, "broken"), ScriptedLauncher.Exited(2, Attempt));

        bench.World.RunFor(TimeSpan.FromSeconds(10));

        var report = bench.ExpectReport();
        (report.Cause, report.Message).ShouldBe((null, "its output was not searched to the end for the patterns of its recipe: the index is gone"));
    }

    private static NodeBench Started(TaskStart start)
    {
        var bench = NodeBench.Connected();
        bench.Tell(new NodeMessage.StartTasks(bench.Job, [start]));
        bench.Launcher.Started.ShouldBe([Attempt]);
        return bench;
    }

    private static TaskStart WithPatterns(TaskStart start) => start with
    {
        Patterns =
        [
            new LogPattern("note", "^note", FindingLevel.Info, FindingAction.Record, null),
            new LogPattern("fail", "broken", FindingLevel.Error, FindingAction.Fail, FailureCause.Data),
            new LogPattern("hold", "doubtful", FindingLevel.Warning, FindingAction.Hold, null),
        ],
    };

    private static Journal.Logs.LogChunk Chunk(long number, string text) =>
        new(Attempt, OutputStream.Out, GivenJobs.Now, "node.host.run", GivenJobs.Incarnation, number, System.Text.Encoding.UTF8.GetBytes(text));
}
