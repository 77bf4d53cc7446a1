using System.Net;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests;

/// <summary>A job at a glance, and what is done to it.</summary>
public sealed class JobPageTests
{
    private const string Evil = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_is_the_matter_stands_first_with_what_to_do()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed() with { EstimatedSeconds = 90 });
        Why(pages, new ExplainedReason("failed", "2 tasks of Reduce failed, cause memory.", 2, "dpu retry 7 --mem 4GiB"));
        var html = await pages.GetAsync("/jobs/7");
        html.ShouldContain("Failed. 2 of 10 tasks failed after 1 min 00 s.");
        html.ShouldContain("2 tasks of Reduce failed, cause memory.");
        html.ShouldContain("dpu retry 7 --mem 4GiB");
        html.ShouldContain("href=\"/jobs/7/tasks?state=Error\"");
        html.ShouldContain("href=\"/jobs/7/logs?level=error\"");
        html.IndexOf("2 tasks of Reduce", StringComparison.Ordinal).ShouldBeLessThan(html.IndexOf("id=\"steps\"", StringComparison.Ordinal));
        html.ShouldContain("dpu run &#x27;Reduce&gt;Coadd&#x27;");
        html.ShouldContain("about 30 s", Case.Insensitive, "what is left of it");
    }

    [Fact]
    public async Task Steps_are_drawn_and_what_ran_when()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed());
        Why(pages);
        var html = await pages.GetAsync("/jobs/7");
        html.ShouldContain("Reduce, 10 of 10, 2 failed");
        html.ShouldContain("Task 3 of Reduce, attempt 1 on n1: failed or lost after 10 s");
        html.ShouldContain("href=\"/jobs/7/tasks?step=Coadd\"");
    }

    [Fact]
    public async Task Who_may_not_look_inside_is_told_why_and_sees_the_line()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed());
        pages.Api.Refuses("GET /jobs/7/explain", new Problem("Not allowed", 403, "What job 7 does is shown to members of KIDS: you see its line only."));
        var html = await pages.GetAsync("/jobs/7");
        html.ShouldContain("What job 7 does is shown to members of KIDS");
        html.ShouldContain("8/2/0/0/0");
        html.ShouldNotContain("id=\"actions\"");
        pages.Api.Asked.ShouldNotContain(asked => asked.Contains("/graph", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_a_page_that_says_so()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Refuses("GET /jobs/8", new Problem("Not found", 404, "There is no job 8."));
        var answer = await pages.Client.GetAsync(new Uri("/jobs/8", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("There is no job 8.");
    }

    [Theory]
    [InlineData("jane", "1", "RUNNING", "hold cancel priority promote rerun")]
    [InlineData("jane", "1", "FAILED", "retry promote rerun")]
    [InlineData("jane", "1", "CANCELLED", "promote rerun")]
    [InlineData("zoe", "3", "RUNNING", "rerun")]
    [InlineData("root", "operator", "HELD", "release cancel priority promote rerun")]
    [InlineData("jane", "visitor", "RUNNING", "")]
    [InlineData(null, "visitor", "FAILED", "")]
    public async Task Only_what_one_may_do_now_is_offered(string? name, string type, string status, string offered)
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Answers("GET /whoami", new WhoAmI(name, type, ["common"], "common", "project", null, null), ApiJson.Default.WhoAmI);
        var job = Failed() with { Status = status, Ended = status is "FAILED" or "CANCELLED" ? Noon : null, HeldBy = status == "HELD" ? "ann" : null };
        Job(pages, job);
        Why(pages);
        var html = await pages.GetAsync("/jobs/7");
        var found = new[] { "hold", "release", "cancel", "priority", "retry", "promote", "rerun" }.Where(action => html.Contains($"id=\"{action}\"", StringComparison.Ordinal));
        found.ShouldBe(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries), ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_asked_for_is_asked_of_the_api_and_seen_on_the_page()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed());
        pages.Api.Answers("POST /jobs/7/hold", Failed().ToSummary(), ApiJson.Default.JobSummary);
        var answer = await pages.PostAsync("/jobs/7/hold", ("reason", "the flat is \"wrong\", é"));
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        answer.Headers.Location!.OriginalString.ShouldBe("/jobs/7");
        System.Text.Json.JsonDocument.Parse(pages.Api.Bodies[^1]).RootElement.GetProperty("reason").GetString().ShouldBe("the flat is \"wrong\", é");
    }

    [Fact]
    public async Task A_refusal_stands_on_the_job_s_page()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed());
        Why(pages);
        pages.Api.Refuses("POST /jobs/7/cancel", new Problem("Conflict", 409, "Job 7 has ended."));
        var answer = await pages.PostAsync("/jobs/7/cancel", ("force", "true"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Not done: Job 7 has ended.");
    }

    [Fact]
    public async Task A_retry_shows_its_plan_and_is_done_once_however_often_it_is_sent()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed());
        pages.Api.Answers("POST /jobs/7/retry", new RetryPlan(7, 3, [new RetryStep("Reduce", 2, 0, 10, 4L << 30), new RetryStep("Coadd", 1, 1, 1, 0)]), ApiJson.Default.RetryPlan);
        var html = await (await pages.PostAsync("/jobs/7/retry", ("plan", "true"), ("set", "threshold=3\r\nname=a,b"))).Content.ReadAsStringAsync();
        html.ShouldContain("Run 3 tasks again");
        html.ShouldContain("4 GiB");
        html.ShouldContain("not visible any more");
        pages.Api.Bodies[^1].ShouldBe("""{"memoryBytes":null,"set":["threshold=3","name=a,b"],"dryRun":true}""");
        pages.Api.Answers("POST /jobs/7/retry", Failed().ToSummary(), ApiJson.Default.JobSummary);
        (await pages.PostAsync("/jobs/7/retry", ("key", "k1"), ("memory", "512"))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        pages.Api.Bodies[^1].ShouldBe("""{"memoryBytes":536870912,"set":null,"dryRun":false}""");
        var bad = await pages.PostAsync("/jobs/7/retry", ("key", "k1"), ("memory", "much"));
        bad.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await bad.Content.ReadAsStringAsync()).ShouldContain("whole number of MiB");
    }

    [Fact]
    public async Task What_somebody_wrote_is_text_on_every_page_of_a_job()
    {
        await using var pages = await PageHost.StartAsync();
        var job = Failed() with { Sequence = Evil, User = Evil, HeldBy = Evil, HeldBecause = Evil, Status = "HELD", Project = Evil, Ended = null, Findings = [new FindingSummary(Evil, Evil, "error", 1, 1)], Steps = [new StepDetail(Evil, new JobCounts(1, 1, 1, 1, 1)), new StepDetail("b", new JobCounts(1, 0, 0, 0, 0))] };
        Job(pages, job);
        Why(pages, new ExplainedReason("failed", Evil, 2, Evil));
        var task = new TaskDetail(0, Evil, new Dictionary<string, string> { [Evil] = Evil }, "Error", [new AttemptDetail(1, Evil, Noon, Noon, 1, "recipe", 1, 1, Evil) { Findings = [new Finding(Evil, "error", Noon, Evil, 1)] }], [Evil], Evil, Evil) { Message = Evil };
        var file = new FileRecord("a/b?c", Evil, Evil, 1, "0", new Dictionary<string, ApiValue> { [Evil] = ApiValue.Of(Evil) }, "7/0/1", Evil, true, true);
        pages.Api.Answers<IReadOnlyList<TaskDetail>>("GET /jobs/7/tasks", [task], ApiJson.Default.IReadOnlyListTaskDetail);
        pages.Api.Answers("GET /jobs/7/tasks/0", new TaskInside(task, [Evil], [new TaskInput(Evil, Evil, Evil, Evil)], 1, [], [file]), ApiJson.Default.TaskInside);
        pages.Api.Answers("GET /jobs/7/logs/part", Part(new LogLine(Noon, 7, 0, 1, "err", Evil, Evil + "\u001b[31m\u202e")), ApiJson.Default.LogPart);
        pages.Api.Answers<IReadOnlyList<FileRecord>>("GET /jobs/7/results", [file], ApiJson.Default.IReadOnlyListFileRecord);
        foreach (var page in new[] { "", "/tasks", "/tasks/0", "/logs", "/results", "/provenance" })
        {
            var html = await pages.GetAsync("/jobs/7" + page);
            html.ShouldContain("job-head", Case.Sensitive, page);
            html.ShouldNotContain("<script>alert", Case.Sensitive, page);
            html.ShouldNotContain("<img src=x", Case.Sensitive, page);
            html.ShouldNotContain("\u001b", Case.Sensitive, page);
            html.ShouldNotContain("\u202e", Case.Sensitive, page);
        }
    }

    [Fact]
    public async Task Tasks_are_asked_for_as_the_address_says()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed());
        pages.Api.Answers<IReadOnlyList<TaskDetail>>(
            "GET /jobs/7/tasks",
            [new TaskDetail(41, "Reduce", new Dictionary<string, string> { ["chip"] = "ccd50" }, "Error", [new AttemptDetail(1, "n1", Noon, Noon.AddSeconds(9), 3, "memory", 2L << 30, 1)]) { Message = "It held too much." }],
            ApiJson.Default.IReadOnlyListTaskDetail,
            link: "</api/v1/jobs/7/tasks?after=41>; rel=\"next\"");
        var html = await pages.GetAsync("/jobs/7/tasks?state=Error&step=Reduce&node=n+1&cause=memory&after=3");
        pages.Api.Asked.ShouldContain("GET /jobs/7/tasks?state=Error&step=Reduce&node=n%201&cause=memory&after=3&lines=false&limit=100");
        html.ShouldContain("href=\"/jobs/7/tasks?state=Error&amp;step=Reduce&amp;node=n%201&amp;cause=memory&amp;after=41\"");
        html.ShouldContain("It held too much.");
        html.ShouldContain("chip ccd50");
        html.ShouldContain("2 GiB");
    }

    [Fact]
    public async Task A_log_goes_on_by_its_stream_only_at_its_end_and_with_all_its_lines()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed() with { Status = "RUNNING", Ended = null });
        pages.Api.Answers("GET /jobs/7/logs/part", Part(new LogLine(Noon, 7, 3, 1, "out", "node.n1.Reduce", "reading a.fits")), ApiJson.Default.LogPart);
        var html = await pages.GetAsync("/jobs/7/logs?task=3");
        html.ShouldContain("data-follow=\"/api/v1/jobs/7/logs?follow=true&amp;task=3&amp;from=5.6.7\"");
        html.ShouldContain("href=\"/jobs/7/logs?task=3&amp;before=1.2.3\"");
        html.ShouldContain("reading a.fits");
        (await pages.GetAsync("/jobs/7/logs?text=bias")).ShouldNotContain("data-follow=\"");
    }

    [Fact]
    public async Task Products_are_shown_by_quick_looks_that_load_when_they_are_seen()
    {
        await using var pages = await PageHost.StartAsync();
        Job(pages, Failed());
        var file = new FileRecord("7.0.1.a", "/store/a b.fits", "reduced", 2048, "0", new Dictionary<string, ApiValue>(), "7/4/1", "a b.fits", true, true);
        pages.Api.Answers<IReadOnlyList<FileRecord>>("GET /jobs/7/results", [file], ApiJson.Default.IReadOnlyListFileRecord);
        var html = await pages.GetAsync("/jobs/7/results");
        html.ShouldContain("src=\"/api/v1/files/7.0.1.a/content?format=png\" alt=\"Quick look of a b.fits\" loading=\"lazy\"");
        pages.Api.Asked.ShouldContain("GET /jobs/7/results?main=true&limit=24");
    }

    private static JobDetail Failed() => new(
        7, "Reduce>Coadd", "jane", "FAILED", new JobCounts(8, 2, 0, 0, 0), Noon, Noon.AddSeconds(5), Noon.AddSeconds(65), [new StepDetail("Reduce", new JobCounts(8, 2, 0, 0, 0)), new StepDetail("Coadd", new JobCounts(0, 0, 1, 0, 0))])
    {
        Project = "common",
        Privileges = "project",
    };

    private static LogPart Part(LogLine line) => new(7, [new PlacedLine(line, "error", "4.0.1")], "1.2.3", "5.6.7", AtEnd: true, 100);

    private static void Job(PageHost pages, JobDetail job)
    {
        pages.Api.Answers("GET /jobs/7", job, ApiJson.Default.JobDetail);
        pages.Api.Answers(
            "GET /jobs/7/graph",
            new StepGraph(
                7,
                [.. job.Steps.Select((step, index) => new GraphStep(index, step.Name, "r", 0, step.Counts, 0, index == 0 ? [] : [index - 1], [new FilesOfType("raw", 2)], ["made"], 1, 1L << 30, null, 2))],
                30),
            ApiJson.Default.StepGraph);
        pages.Api.Answers(
            "GET /jobs/7/timeline",
            new JobTimeline(7, Noon, Noon.AddMinutes(1), 1, [new TimelineAttempt(3, 1, "Reduce", "n1", true, Noon, Noon.AddSeconds(10))], [new TimelineNode("n1", [1, 0], [1, 0])]),
            ApiJson.Default.JobTimeline);
        pages.Api.Answers("GET /jobs/7/command", new JobCommandLine(7, ["dpu"], "dpu run 'Reduce>Coadd'", ["a note"]), ApiJson.Default.JobCommandLine);
    }

    private static void Why(PageHost pages, params ExplainedReason[] reasons) =>
        pages.Api.Answers("GET /jobs/7/explain", new JobExplanation(7, "FAILED", reasons), ApiJson.Default.JobExplanation);
}
