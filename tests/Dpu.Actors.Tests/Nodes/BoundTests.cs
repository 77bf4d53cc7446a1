using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Actors.Tests.Nodes;

/// <summary>How much a node's service holds of what nobody takes from it.</summary>
public sealed class BoundTests
{
    private const int Bound = 4000;
    private static readonly AttemptId Attempt = GivenJobs.Attempt(0);
    private static readonly string Thousand = new('x', 999);

    [Fact]
    public void Output_that_is_not_stored_pauses_the_launcher_until_half_of_the_bound_is_left()
    {
        var bench = Connected();
        var first = bench.Logs.Hold = new TaskCompletionSource();
        bench.Start(Attempt);
        bench.Say(ScriptedLauncher.Line(1, Attempt, Thousand), ScriptedLauncher.Line(2, Attempt, Thousand));
        var second = bench.Logs.Hold = new TaskCompletionSource();
        bench.Say(ScriptedLauncher.Line(3, Attempt, Thousand));
        bench.Launcher.Paused.ShouldBeFalse();
        bench.Say(ScriptedLauncher.Line(4, Attempt, Thousand));
        bench.Launcher.Paused.ShouldBeTrue();

        second.SetResult();
        bench.World.RunUntilIdle();
        bench.Launcher.Paused.ShouldBeTrue();
        first.SetResult();
        bench.World.RunUntilIdle();
        bench.Launcher.Paused.ShouldBeFalse();
    }

    [Fact]
    public void So_does_what_unclaimed_attempts_print_until_somebody_claims_them()
    {
        var bench = Connected(Attempt);
        bench.Say([.. Enumerable.Range(1, 4).Select(number => ScriptedLauncher.Line(number, Attempt, Thousand))]);
        bench.Launcher.Paused.ShouldBeTrue();

        bench.Adopt(GivenJobs.Incarnation, Attempt);

        bench.Launcher.Paused.ShouldBeFalse();
        bench.Logs.Handed.Count.ShouldBe(4);
    }

    [Fact]
    public void A_store_that_fails_pauses_it_and_works_it_off()
    {
        var bench = Connected();
        bench.Start(Attempt);
        bench.Logs.Fails = true;
        bench.Say([.. Enumerable.Range(1, 4).Select(number => ScriptedLauncher.Line(number, Attempt, Thousand))]);
        bench.World.RunFor(TimeSpan.FromSeconds(10));
        bench.Launcher.Paused.ShouldBeTrue();

        bench.Logs.Fails = false;
        bench.World.RunFor(TimeSpan.FromSeconds(2));

        bench.Launcher.Paused.ShouldBeFalse();
        bench.Launcher.Acknowledged.Max().ShouldBe(4);
    }

    [Fact]
    public void What_is_stored_is_not_held_although_an_end_before_it_is_not_settled()
    {
        var bench = Connected();
        bench.Start(Attempt, GivenJobs.Attempt(1));
        bench.Say(ScriptedLauncher.Exited(1, Attempt));
        bench.Say([.. Enumerable.Range(2, 100).Select(number => ScriptedLauncher.Line(number, GivenJobs.Attempt(1), Thousand))]);

        bench.Launcher.Acknowledged.ShouldBeEmpty();
        bench.Launcher.Paused.ShouldBeFalse();
    }

    [Fact]
    public void A_slow_store_gets_few_batches_at_once_but_all_that_comes_before_an_end()
    {
        var bench = Connected();
        bench.Start(Attempt);
        bench.Logs.Hold = new TaskCompletionSource();
        for (var number = 1; number <= 100; number++)
        {
            bench.Say(ScriptedLauncher.Line(number, Attempt, "x"));
        }

        bench.Logs.Appends.ShouldBe(16);
        bench.Logs.Handed.Count.ShouldBe(16);
        bench.Say(ScriptedLauncher.Exited(101, Attempt));
        bench.Logs.Appends.ShouldBe(17);
        bench.Logs.Handed.Select(chunk => chunk.SequenceNr).ShouldBe(Enumerable.Range(1, 100).Select(number => (long)number));
    }

    private static NodeBench Connected(params AttemptId[] attempts)
    {
        var bench = new NodeBench(options: options => options with { OutputHeldBytesMax = Bound });
        bench.Say(ScriptedLauncher.Connected(GivenJobs.Incarnation, attempts));
        return bench;
    }
}
