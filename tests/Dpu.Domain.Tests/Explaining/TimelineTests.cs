using System.Collections.Immutable;
using Dpu.Domain.Explaining;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Explaining;

public sealed class TimelineTests
{
    private static readonly DateTimeOffset Then = new(2000, 4, 28, 23, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Pieces_hold_how_many_ran_at_once_on_average()
    {
        // Over 10 s in 5 pieces of 2 s: one attempt all the time, one from 1 s to 4 s that failed.
        var timeline = Of([At("n1", 0, 10), At("n1", 1, 4, bad: true)], pieces: 5)!;
        (timeline.From, timeline.To).ShouldBe((Then, Then.AddSeconds(10)));
        var node = timeline.Nodes.Single();
        node.Running.ShouldBe([1.5, 2, 1, 1, 1]);
        node.Failed.ShouldBe([0, 0, 1, 0, 0]);
    }

    [Fact]
    public void What_runs_goes_on_until_now_and_a_clock_that_is_ahead_does_no_harm()
    {
        var timeline = Of([At("n1", 0, null), At("n1", 90, null)], pieces: 2, now: 60)!;
        timeline.To.ShouldBe(Then.AddSeconds(90));
        timeline.Nodes.Single().Running[0].ShouldBe(1);
    }

    [Fact]
    public void Each_of_a_sample_stands_for_as_many_as_its_stride_says()
    {
        var timeline = Timeline.Of(new AttemptSample([At("n1", 0, 10, bad: true)], 7), 2, 5, Then.AddMinutes(1))!;
        timeline.Nodes.Single().Running.ShouldBe([7, 7]);
        timeline.Nodes.Single().Failed.ShouldBe([0, 7]);
    }

    [Fact]
    public void Nodes_with_the_least_work_are_told_together_behind_the_others()
    {
        var timeline = Of([At("c", 0, 1), At("b", 0, 10), At("a", 0, 2), At("d", 0, 5)], pieces: 1, nodesMax: 3)!;
        timeline.Nodes.Select(node => node.Node).ShouldBe(["b", "d", null]);
        timeline.Nodes[2].Running.Single().ShouldBe(0.3, 1e-9);
    }

    [Fact]
    public void Attempts_of_no_duration_are_no_division_by_nothing()
    {
        var timeline = Of([At("n1", 0, 0)], pieces: 3)!;
        timeline.Nodes.Single().Running.ShouldAllBe(running => double.IsFinite(running));
        Of([], pieces: 3).ShouldBeNull();
    }

    private static Timeline? Of(ImmutableArray<TimedAttempt> attempts, int pieces, int nodesMax = 10, double now = 60) =>
        Timeline.Of(new AttemptSample(attempts, 1), pieces, nodesMax, Then.AddSeconds(now));

    private static TimedAttempt At(string node, double from, double? to, bool bad = false) =>
        new(0, 1, 0, node, bad, Then.AddSeconds(from), to is { } end ? Then.AddSeconds(end) : null);
}
