using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.TestKit;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>When a node tells what it knows: at once, in company, or that nothing is left to tell.</summary>
public sealed class TellingTests
{
    private const int Cpus = 2;

    [Fact]
    public void Outcomes_are_told_at_once_while_little_waits()
    {
        var bench = NodeBench.Connected(Cpus);
        bench.Start(Attempts(4));

        bench.Say(ScriptedLauncher.Exited(1, GivenJobs.Attempt(0)));

        bench.ExpectReport().Attempt.Task.ShouldBe(0);
    }

    [Fact]
    public void Outcomes_wait_for_company_while_enough_waits_to_keep_the_node_busy()
    {
        var bench = NodeBench.Connected(Cpus);
        bench.Start(Attempts(40));
        bench.Say(ScriptedLauncher.Exited(1, GivenJobs.Attempt(0)));
        bench.Say(ScriptedLauncher.Exited(2, GivenJobs.Attempt(1)));
        bench.Job.Received.ShouldBeEmpty();

        bench.World.RunFor(TimeSpan.FromMilliseconds(10));

        var reported = (JobCommand.ReportEnds)bench.Job.ExpectMessage<JobMessage.Reported>().Command;
        reported.Reports.Select(report => report.Attempt.Task).ShouldBe([0, 1]);
        bench.Launcher.Started.Count.ShouldBe(4, "the next tasks do not wait for the reports of the last ones");
    }

    [Fact]
    public void A_node_is_quiet_once_every_end_is_settled_and_every_line_is_stored()
    {
        var bench = NodeBench.Connected(Cpus);
        bench.Start(GivenJobs.Attempt(0));
        bench.Logs.Fails = true;
        bench.Say(ScriptedLauncher.Line(1, GivenJobs.Attempt(0), "a line\n"), ScriptedLauncher.Exited(2, GivenJobs.Attempt(0)));
        var quiet = new TestProbe<NodeQuiet>(bench.World, "quiet");
        bench.Tell(new NodeMessage.AwaitQuiet(quiet));
        bench.Tell(new NodeMessage.Settled([GivenJobs.Attempt(0)]));
        quiet.Received.ShouldBeEmpty("a line is not stored");

        bench.Logs.Fails = false;
        bench.World.RunFor(TimeSpan.FromSeconds(3));

        quiet.ExpectMessage();
        bench.Launcher.Acknowledged.ShouldContain(2);
    }

    private static AttemptId[] Attempts(int count) => [.. Enumerable.Range(0, count).Select(task => GivenJobs.Attempt(task))];
}
