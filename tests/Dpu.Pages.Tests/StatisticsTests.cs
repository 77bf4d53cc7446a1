using System.Net;
using Dpu.Client.Contracts;
using Dpu.Pages.Parts.Plots;
using Dpu.Pages.Statistics;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests;

/// <summary>What was done in a time, in a browser.</summary>
public sealed class StatisticsTests
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Figures_are_plots_and_tables()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Answers("GET /statistics", Report(), ApiJson.Default.StatisticsReport);
        var html = await pages.GetAsync("/statistics?from=2026-03-02&to=2026-03-04");
        pages.Api.Asked.ShouldContain("GET /statistics?from=2026-03-02&to=2026-03-04");
        html.ShouldContain("10 attempts at tasks ended, 80.0% of them normally");
        html.ShouldContain("<path class=\"normal\"");
        html.ShouldContain("2026-03-02: normal 8, failed 2, lost with their node 0");
        html.ShouldContain("<th scope=\"row\"><a href=\"/?user=a%20b\">a b</a></th>");
        html.ShouldContain("more memory than it may have");
        html.ShouldContain("up to 10 s");
        html.ShouldContain("<th scope=\"row\">longer</th>");
        html.ShouldContain("1.25 &#xD7;");
    }

    [Fact]
    public async Task A_time_that_is_none_is_said_so_above_the_form()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Refuses("GET /statistics", new Problem("Refused", 422, "'x' is no time", "bad-time"));
        var answer = await pages.Client.GetAsync(new Uri("/statistics?from=x", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("&#x27;x&#x27; is no time");
    }

    [Theory]
    [InlineData(0, new double[] { 0, 1 })]
    [InlineData(1, new double[] { 0, 0.5, 1 })]
    [InlineData(10, new double[] { 0, 5, 10 })]
    [InlineData(37, new double[] { 0, 10, 20, 30, 40 })]
    [InlineData(4000, new double[] { 0, 1000, 2000, 3000, 4000 })]
    public void Axes_have_round_marks_up_to_what_is_shown(double largest, double[] marks) => PlotScale.Of(largest).ShouldBe(marks, tolerance: 1e-9);

    [Theory]
    [InlineData(3, new double[] { 0, 1, 2, 3 })]
    [InlineData(160, new double[] { 0, 60, 120, 180 })]
    [InlineData(20_000, new double[] { 0, 7200, 14_400, 21_600 })]
    [InlineData(700_000, new double[] { 0, 432_000, 864_000 })]
    public void Axes_of_time_have_marks_at_whole_minutes_hours_and_days(double largest, double[] marks) => PlotScale.Of(largest, isTime: true).ShouldBe(marks, tolerance: 1e-9);

    [Fact]
    public void Bars_of_a_week_are_called_by_their_monday() =>
        StatisticsPlots.Jobs(Report() with { Bucket = "week" }).Bars[0].Name.ShouldBe("week of 2026-03-02");

    private static StatisticsReport Report() => new(
        Monday,
        Monday.AddDays(2),
        "day",
        [new WorkBucket(Monday, 3, 2, 1, 1, 0, 12, 10, 8, 2, 0, 100, 50), new WorkBucket(Monday.AddDays(1), 0, 0, 0, 0, 0, null, 0, 0, 0, 0, 0, 0)],
        [new UserShare("a b", 3, 10, 100, 50, 1)],
        [new CauseCount("memory", 2)],
        [new WaitClass(10, 1), new WaitClass(null, 1)],
        [new EstimateQuality("Coadd", 4, 1.25, 0.75)]);
}
