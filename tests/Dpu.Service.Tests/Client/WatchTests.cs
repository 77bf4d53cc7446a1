using System.Net;
using Dpu.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

public sealed class WatchTests
{
    [Fact]
    public async Task Changes_arrive_until_the_job_has_ended()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Events(
            ": keep-alive\n\n" + Samples.Status("QUEUED", "0/0/0/2/0") + Samples.Status("RUNNING", "1/0/0/1/0") + Samples.Status("FINISHED", "2/0/0/0/0")));
        using var client = dpu.Client();
        var seen = await client.WatchJobAsync(84820, CancellationToken.None).ToListAsync();
        seen.Select(job => job.Status).ShouldBe(["QUEUED", "RUNNING", "FINISHED"]);
        dpu.Requests.Single().Path.ShouldBe("/api/v1/jobs/84820/events");
    }

    [Fact]
    public async Task A_broken_stream_is_asked_for_again_and_nothing_is_told_twice()
    {
        var lost = new List<DpuException>();
        var dpu = new FakeDpu()
            .Then(() => FakeDpu.Events(Samples.Status("RUNNING", "0/0/0/2/0") + "event: status\ndata: {\"half", breaks: true))
            .Then(FakeDpu.Refuse)
            .Then(() => FakeDpu.Events(Samples.Status("RUNNING", "0/0/0/2/0")))
            .Then(() => FakeDpu.Problem(HttpStatusCode.Unauthorized, """{"title":"Not logged in","status":401}"""))
            .Then(() => FakeDpu.Events(Samples.Status("RUNNING", "1/0/0/1/0") + Samples.Status("FAILED", "1/1/0/0/0")));
        using var client = dpu.Client(options => options with { ConnectionLost = lost.Add });
        var seen = await client.WatchJobAsync(84820, CancellationToken.None).ToListAsync();
        seen.Select(job => $"{job.Status} {job.Counts}").ShouldBe(["RUNNING 0/0/0/2/0", "RUNNING 1/0/0/1/0", "FAILED 1/1/0/0/0"]);
        lost.Count.ShouldBe(2, "two outages, each told once");
    }

    [Fact]
    public async Task A_DPU_that_dies_between_submission_and_watch_is_waited_for()
    {
        var dpu = new FakeDpu().Then(FakeDpu.Refuse).Then(() => FakeDpu.Events(Samples.Status("FINISHED", "2/0/0/0/0")));
        using var client = dpu.Client();
        (await client.WatchJobAsync(84820, CancellationToken.None).ToListAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_that_does_not_exist_is_not_waited_for()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Problem(HttpStatusCode.NotFound, """{"title":"Not found","status":404,"detail":"There is no job 7.","code":"unknown-job"}"""));
        using var client = dpu.Client();
        (await Should.ThrowAsync<DpuRefusedException>(() => client.WatchJobAsync(7, CancellationToken.None).ToListAsync())).Problem.Code.ShouldBe("unknown-job");
    }

    [Fact]
    public async Task Patience_ends()
    {
        var time = new ImpatientTime();
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs/7/events", FakeDpu.Refuse);
        using var client = dpu.Client(options => options with { Time = time, WatchPatience = TimeSpan.FromMinutes(10) });
        await Should.ThrowAsync<DpuUnreachableException>(() => client.WatchJobAsync(7, CancellationToken.None).ToListAsync());
        time.Elapsed.ShouldBeInRange(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10.1));
    }

    [Fact]
    public async Task A_page_of_another_server_is_no_stream()
    {
        var dpu = new FakeDpu().When(HttpMethod.Get, "/jobs/7/events", () => FakeDpu.Body("<html/>", "text/html", breaks: false));
        using var client = dpu.Client(options => options with { WatchPatience = TimeSpan.Zero });
        (await Should.ThrowAsync<DpuUnreachableException>(() => client.WatchJobAsync(7, CancellationToken.None).ToListAsync())).Message.ShouldContain("not a DPU");
    }

    [Fact]
    public async Task A_followed_log_goes_on_where_it_broke()
    {
        var first = Samples.LineEvent(0, 1) + Samples.LineEvent(1, 1) + Samples.LineEvent(0, 2) + Samples.LineEvent(0, 1, "err");
        // After a restart, lines of different tasks may come in another order: only within one stream it is kept.
        var second = Samples.LineEvent(1, 1) + Samples.LineEvent(0, 1) + Samples.LineEvent(0, 1, "err") + Samples.LineEvent(0, 2)
            + Samples.LineEvent(0, 3) + Samples.LineEvent(1, 2) + "event: end\ndata: {}\n\n";
        var dpu = new FakeDpu().Then(() => FakeDpu.Events(first, breaks: true)).Then(FakeDpu.Refuse).Then(() => FakeDpu.Events(second));
        using var client = dpu.Client();
        var lines = await client.FollowLogsAsync(84820, null, CancellationToken.None).ToListAsync();
        lines.Select(line => $"{line.Task} {line.Stream} {line.Text}").ShouldBe(
            ["0 out line 1", "1 out line 1", "0 out line 2", "0 err line 1", "0 out line 3", "1 out line 2"]);
        dpu.Requests.ShouldAllBe(request => request.Path == "/api/v1/jobs/84820/logs?follow=true");
    }

    [Fact]
    public async Task A_log_is_read_line_by_line()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Body(Samples.Line(3, 1) + "\n" + Samples.Line(3, 2) + "\n", "application/x-ndjson", breaks: false));
        using var client = dpu.Client();
        (await client.GetLogsAsync(84820, 3, CancellationToken.None).ToListAsync()).Select(line => line.Text).ShouldBe(["line 1", "line 2"]);
        dpu.Requests.Single().Path.ShouldBe("/api/v1/jobs/84820/logs?task=3");
    }

    [Fact]
    public async Task A_log_that_breaks_off_is_not_taken_for_a_whole_one()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Body(Samples.Line(3, 1) + "\n", "application/x-ndjson", breaks: true));
        using var client = dpu.Client();
        await Should.ThrowAsync<DpuUnreachableException>(() => client.GetLogsAsync(84820, null, CancellationToken.None).ToListAsync());
    }
}
