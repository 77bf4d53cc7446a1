using System.Net;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests;

/// <summary>The queue of a past moment in a browser.</summary>
public sealed class HistoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Jobs_are_shown_as_they_stood_and_time_goes_both_ways()
    {
        await using var pages = await PageHost.StartAsync();
        Past(pages, new JobSummary(7, "Reduce>Coadd", "jane", "RUNNING", new JobCounts(1, 0, 0, 2, 0), Noon.AddMinutes(-2), Noon.AddMinutes(-1), null));
        var html = await pages.GetAsync("/history?at=2026-03-01T12:00&unfinished=true&user=jane");
        pages.Api.Asked.ShouldContain("GET /history/jobs?at=2026-03-01T12%3A00&user=jane&unfinished=true&limit=50");
        html.ShouldContain("Reduce&gt;Coadd");
        html.ShouldContain("1/0/0/2/0");
        html.ShouldContain("1 min 00 s", Case.Sensitive, "until then, not until now");
        html.ShouldContain("2 jobs had been submitted, 1 of them had not ended.");
        html.ShouldContain("id=\"earlier\" href=\"/history?at=2026-03-01T11%3A58%3A00.0000000Z&amp;user=jane&amp;unfinished=true\"");
        html.ShouldContain("id=\"later\" href=\"/history?at=2026-03-01T12%3A00%3A07.5000000Z&amp;user=jane&amp;unfinished=true\"");
    }

    [Fact]
    public async Task The_next_page_begins_where_the_api_says()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Answers(
            "GET /history/jobs",
            new PastQueue(Noon, [new JobSummary(7, "x", "jane", "QUEUED", new JobCounts(0, 0, 0, 1, 0), Noon, null, null)], 2, 1, null, null, Noon),
            ApiJson.Default.PastQueue,
            link: "</api/v1/history/jobs?at=x&before=6>; rel=\"next\"");
        (await pages.GetAsync("/history?user=jane")).ShouldContain("<a href=\"/history?at=2026-03-01T12%3A00%3A00.0000000Z&amp;user=jane&amp;before=6\" rel=\"next\">");
    }

    [Fact]
    public async Task The_slider_says_its_moment_in_seconds()
    {
        await using var pages = await PageHost.StartAsync();
        Past(pages);
        await pages.GetAsync($"/history?slide={Noon.ToUnixTimeSeconds()}");
        pages.Api.Asked.ShouldContain(asked => asked.StartsWith("GET /history/jobs?at=2026-03-01T12%3A00%3A00", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_moment_that_is_none_is_said_so()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Refuses("GET /history/jobs", new Problem("Refused", 422, "'x' is no time", "bad-time"));
        var answer = await pages.Client.GetAsync(new Uri("/history?at=x", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("&#x27;x&#x27; is no time");
    }

    private static void Past(PageHost pages, params JobSummary[] jobs) => pages.Api.Answers(
        "GET /history/jobs", new PastQueue(Noon, jobs, 2, 1, Noon.AddMinutes(-2), Noon.AddSeconds(7.5), Noon.AddDays(-1)), ApiJson.Default.PastQueue);
}
