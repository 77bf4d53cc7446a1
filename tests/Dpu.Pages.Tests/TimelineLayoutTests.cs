using Dpu.Client.Contracts;
using Dpu.Pages.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests;

public sealed class TimelineLayoutTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Attempts_that_overlap_have_lanes_of_their_own()
    {
        var row = Of([At(0, 0, 50), At(1, 10, 20), At(2, 60, null)]).Single();
        row.Bars.Select(bar => (bar.Attempt.Task, bar.X, bar.Width, bar.Lane)).ShouldBe([(0, 0, 500, 0), (1, 100, 100, 1), (2, 600, 400, 0)]);
        row.Lanes.ShouldBe(2);
    }

    [Fact]
    public void Where_there_are_too_many_lanes_it_is_areas()
    {
        var row = Of([.. Enumerable.Range(0, 41).Select(task => At(task, 0, 100))]).Single();
        row.Bars.ShouldBeEmpty();
        row.Area.ShouldBe("M0 1V0H500V0.5H1000V1Z");
        row.Failed.ShouldBe([(750, 3)]);
        row.Most.ShouldBe(4);
    }

    [Fact]
    public void What_took_no_time_is_seen_all_the_same() => Of([At(0, 100, 100)]).Single().Bars.Single().Width.ShouldBe(2.5);

    private static IReadOnlyList<TimelineRow> Of(IReadOnlyList<TimelineAttempt> attempts) => TimelineLayout.Of(
        new JobTimeline(7, Noon, Noon.AddSeconds(100), 1, attempts, [new TimelineNode("n1", [4, 2], [0, 3])]), Noon, Noon.AddSeconds(100));

    private static TimelineAttempt At(int task, double from, double? to) =>
        new(task, 1, "Reduce", "n1", false, Noon.AddSeconds(from), to is { } end ? Noon.AddSeconds(end) : null);
}
