using System.Net;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests;

/// <summary>The first page.</summary>
public sealed class QueueTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_job_is_a_line_with_what_the_documents_promise()
    {
        await using var pages = await PageHost.StartAsync();
        Queue(pages, new JobSummary(84820, "Reduce>Coadd", "jane", "FINISHED", new JobCounts(75, 1, 2, 3, 4), Noon, Noon.AddSeconds(5), Noon.AddSeconds(70)));
        var html = await pages.GetAsync("/");
        html.ShouldContain("""<a href="/jobs/84820">84820</a>""");
        html.ShouldContain("Reduce&gt;Coadd");
        html.ShouldContain("jane");
        html.ShouldContain("FINISHED");
        html.ShouldContain("75/1/2/3/4");
        html.ShouldContain("1 min 05 s");
        html.ShouldContain("2026-03-01 12:00:00 UTC");
    }

    [Fact]
    public async Task What_a_user_wrote_is_text()
    {
        await using var pages = await PageHost.StartAsync();
        const string Evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
        Queue(pages, new JobSummary(1, Evil, Evil, "HELD", new JobCounts(0, 0, 0, 1, 0), Noon, null, null) { HeldBy = Evil, HeldBecause = Evil });
        var html = await pages.GetAsync("/");
        html.ShouldNotContain("<script>alert");
        html.ShouldNotContain("<img src=x");
        html.ShouldNotContain("title=\"held by \">");
    }

    [Fact]
    public async Task Filters_stand_in_the_address_and_are_asked_of_the_api()
    {
        await using var pages = await PageHost.StartAsync();
        Queue(pages, new JobSummary(7, "Bias", "a b&c", "FAILED", new JobCounts(0, 1, 0, 0, 0), Noon, null, null));
        var html = await pages.GetAsync("/?user=a+b%26c&status=FAILED&before=9");
        pages.Api.Asked.ShouldContain("GET /jobs?user=a%20b%26c&status=FAILED&before=9&limit=50");
        html.ShouldContain("value=\"a b&amp;c\"");
        html.ShouldContain("href=\"/?user=a%20b%26c&amp;status=FAILED\"");
    }

    [Fact]
    public async Task Older_jobs_are_a_link_away()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Answers<IReadOnlyList<JobSummary>>(
            "GET /jobs",
            [new JobSummary(50, "Bias", "jane", "QUEUED", new JobCounts(0, 0, 0, 1, 0), Noon, null, null)],
            ApiJson.Default.IReadOnlyListJobSummary,
            link: "</api/v1/jobs?all=true&limit=50&before=50>; rel=\"next\"");
        Stats(pages);
        (await pages.GetAsync("/")).ShouldContain("href=\"/?before=50\"");
    }

    [Fact]
    public async Task A_refusal_of_the_api_is_a_page_with_its_sentence()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Refuses("GET /jobs", new Problem("Refused", 422, "No job is 'x': use QUEUED."));
        Stats(pages);
        var answer = await pages.Client.GetAsync(new Uri("/?status=x", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("No job is &#x27;x&#x27;: use QUEUED.");
    }

    [Fact]
    public async Task A_page_says_what_may_run_in_it_and_is_not_sent_twice()
    {
        await using var pages = await PageHost.StartAsync();
        Queue(pages);
        var first = await pages.Client.GetAsync(new Uri("/", UriKind.Relative));
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("unsafe");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        (await pages.Client.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    private static void Queue(PageHost pages, params JobSummary[] jobs)
    {
        pages.Api.Answers<IReadOnlyList<JobSummary>>("GET /jobs", jobs, ApiJson.Default.IReadOnlyListJobSummary);
        Stats(pages);
    }

    private static void Stats(PageHost pages) => pages.Api.Answers(
        "GET /stats",
        new DpuStats(new JobTotals(1, new Dictionary<string, int> { ["FINISHED"] = 1 }), new JobCounts(1, 0, 0, 0, 0), 0, [], [], 0, 1),
        ApiJson.Default.DpuStats);
}
