using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What the service sends for as long as there is something, read without the client.</summary>
[Collection(SharedDpu.Name)]
public sealed class StreamTests(RunningDpu dpu)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_jobs_status_is_sent_at_each_change_and_ends_with_the_job()
    {
        using var folder = new TemporaryFolder();
        var job = await dpu.ExecAsync("sh", "-c", $"until [ -e {folder.At("go")} ]; do sleep 0.02; done");
        var seen = new List<JobSummary>();
        await foreach (var (name, data) in EventsAsync(dpu.Visitor, $"/jobs/{job}/events"))
        {
            name.ShouldBe("status");
            seen.Add(JsonSerializer.Deserialize(data, ApiJson.Default.JobSummary)!);
            if (seen[^1].Status == "RUNNING" && !File.Exists(folder.At("go")))
            {
                folder.File("go", "");
            }
        }

        seen.Count.ShouldBe(seen.Distinct().Count());
        seen[^1].Status.ShouldBe("FINISHED");
        seen[^1].Ended.ShouldNotBeNull();
        seen.SkipLast(1).ShouldAllBe(summary => summary.Ended == null && summary.Counts.Total == 1);
    }

    [Fact]
    public async Task An_ended_jobs_status_is_sent_once()
    {
        var job = await dpu.RunAsync("true");
        var events = new List<string>();
        await foreach (var (_, data) in EventsAsync(dpu.Visitor, $"/jobs/{job.JobId}/events"))
        {
            events.Add(data);
        }

        JsonSerializer.Deserialize(events.ShouldHaveSingleItem(), ApiJson.Default.JobSummary).ShouldBe(job);
    }

    [Fact]
    public async Task Lines_are_followed_while_the_task_runs_and_the_end_is_said()
    {
        using var folder = new TemporaryFolder();
        var job = await dpu.ExecAsync("sh", "-c", $"echo first; until [ -e {folder.At("go")} ]; do sleep 0.02; done; printf last");
        var texts = new List<string>();
        var ended = false;
        await foreach (var (name, data) in EventsAsync(dpu.Owner, $"/jobs/{job}/logs?follow=true"))
        {
            ended.ShouldBeFalse();
            ended = name == "end";
            if (!ended)
            {
                texts.Add(JsonSerializer.Deserialize(data, ApiJson.Default.LogLine)!.Text);
            }

            if (texts is ["first"])
            {
                // It was read while the task was still waiting for this.
                folder.File("go", "");
            }
        }

        ended.ShouldBeTrue();
        texts.ShouldBe(["first", "last"]);
    }

    [Fact]
    public async Task Logs_are_lines_of_json_with_where_they_came_from()
    {
        // Windows' line ends, a blank line, a byte that is no UTF-8, control characters, and no newline at the end.
        var job = await dpu.RunAsync("printf", "one\\r\\n\\ntwo \\377\\033[31m \\\"q\\\"\\nthree");
        using var answer = await dpu.Owner.GetAsync(dpu.At($"/jobs/{job.JobId}/logs"));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldEndWith("\n");
        var lines = text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(line => line.GetProperty("text").GetString()).ShouldBe(["one", "", "two \ufffd\u001b[31m \"q\"", "three"]);
        lines[0].EnumerateObject().Select(field => field.Name).ShouldBe(["time", "jobId", "task", "attempt", "stream", "source", "text"]);
        lines[0].GetProperty("source").GetString().ShouldBe($"node.{Environment.MachineName}.printf");
        lines[0].GetProperty("time").GetString().ShouldEndWith("Z");
    }

    [Fact]
    public async Task One_tasks_lines_can_be_asked_for()
    {
        var accepted = await dpu.Client.SubmitAsync(new ExecSubmission(["echo", "line {}"], ["a", "b", "c"]), Dpu.Client.IdempotencyKey.Create(), CancellationToken.None);
        await dpu.EndOfAsync(accepted.JobId);
        var all = new List<LogLine>();
        await foreach (var line in dpu.Client.GetLogsAsync(accepted.JobId, null, CancellationToken.None))
        {
            all.Add(line);
        }

        all.Select(line => line.Text).ShouldBe(["line a", "line b", "line c"], ignoreOrder: true);
        var one = new List<LogLine>();
        await foreach (var line in dpu.Client.GetLogsAsync(accepted.JobId, 1, CancellationToken.None))
        {
            one.Add(line);
        }

        one.ShouldHaveSingleItem().Text.ShouldBe("line b");
        (one[0].Task, one[0].Stream).ShouldBe((1, "out"));
        using var wrong = await dpu.Owner.GetAsync(dpu.At($"/jobs/{accepted.JobId}/logs?task=first"));
        await wrong.ProblemAsync(422, "bad-task");
    }

    [Fact]
    public async Task A_followed_log_goes_on_behind_each_of_its_lines()
    {
        // Blank lines, a last one without its end, and more than one chunk.
        var job = await dpu.RunAsync("sh", "-c", "i=0; while [ $i -lt 300 ]; do echo line $i; echo; i=$((i+1)); done; sleep 0.05; printf last");
        var path = $"/jobs/{job.JobId}/logs?follow=true";
        var all = await ItemsAsync(path, null);
        all.Count.ShouldBe(602);
        all.SkipLast(1).Select(item => item.Id).ShouldBeUnique();
        foreach (var read in new[] { 1, 2, 299, 600, 601 })
        {
            var rest = await ItemsAsync(path, all[read - 1].Id);
            rest.Select(item => item.Data).ShouldBe(all.Skip(read).Select(item => item.Data), $"behind line {read}");
        }
    }

    [Fact]
    public async Task A_place_that_no_log_has_is_refused()
    {
        var job = await dpu.RunAsync("true");
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At($"/jobs/{job.JobId}/logs?follow=true"));
        request.Headers.Add("Last-Event-ID", "the-fifth");
        using var answer = await dpu.Owner.SendAsync(request);
        await answer.ProblemAsync(400, "bad-event-id");
    }

    [Fact]
    public async Task A_status_that_was_told_is_not_told_again()
    {
        var job = await dpu.RunAsync("true");
        var path = $"/jobs/{job.JobId}/events";
        var last = (await ItemsAsync(path, null))[^1];
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At(path));
        request.Headers.Add("Last-Event-ID", last.Id);
        using var answer = await dpu.Visitor.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ItemsAsync(path, "another")).ShouldHaveSingleItem().Data.ShouldBe(last.Data);
    }

    private async Task<IReadOnlyList<(string? Id, string Data)>> ItemsAsync(string path, string? lastId)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At(path));
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        using var answer = await dpu.Owner.SendAsync(request, limit.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
        var items = new List<(string?, string)>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(limit.Token))
        {
            items.Add((item.EventId, item.Data));
        }

        return items;
    }

    [Fact]
    public async Task Streams_of_a_task_keep_their_order_and_their_names()
    {
        var job = await dpu.RunAsync("sh", "-c", "for i in 1 2 3; do echo o$i; echo e$i >&2; done");
        var lines = new List<LogLine>();
        await foreach (var line in dpu.Client.GetLogsAsync(job.JobId, null, CancellationToken.None))
        {
            lines.Add(line);
        }

        lines.Where(line => line.Stream == "out").Select(line => line.Text).ShouldBe(["o1", "o2", "o3"]);
        lines.Where(line => line.Stream == "err").Select(line => line.Text).ShouldBe(["e1", "e2", "e3"]);
    }

    [Fact]
    public async Task A_stream_answers_before_there_is_anything_to_tell()
    {
        var job = await dpu.ExecAsync("sleep", "1000");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using (var answer = await dpu.Owner.GetAsync(dpu.At($"/jobs/{job}/logs?follow=true"), HttpCompletionOption.ResponseHeadersRead, limit.Token))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await dpu.Client.CancelAsync(job, force: true, CancellationToken.None);
        await dpu.EndOfAsync(job);
    }

    [Fact]
    public async Task A_follower_that_goes_away_harms_nobody()
    {
        using var folder = new TemporaryFolder();
        var job = await dpu.ExecAsync("sh", "-c", $"echo first; until [ -e {folder.At("go")} ]; do sleep 0.02; done; echo last");
        foreach (var path in new[] { $"/jobs/{job}/events", $"/jobs/{job}/logs?follow=true" })
        {
            await foreach (var _ in EventsAsync(dpu.Owner, path))
            {
                break;
            }
        }

        folder.File("go", "");
        (await dpu.EndOfAsync(job)).Status.ShouldBe("FINISHED");
        File.ReadAllText(Path.Combine(dpu.Host.DataDirectory, "service.log")).ShouldNotContain("failed");
    }

    [Fact]
    public async Task A_stream_may_not_be_kept_by_anybody_in_between()
    {
        var job = await dpu.RunAsync("true");
        using var answer = await dpu.Owner.GetAsync(dpu.At($"/jobs/{job.JobId}/events"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task The_queue_tells_of_every_job_that_changes_and_goes_on_behind_what_was_read()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var stream = await dpu.Visitor.GetAsync(dpu.At("/jobs/events?all=true"), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        await using var body = await stream.Content.ReadAsStreamAsync(limit.Token);
        await using var events = SseParser.Create(body).EnumerateAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.EventType.ShouldBe("start");
        var place = events.Current.EventId;
        var job = await dpu.ExecAsync("true");
        JobSummary? last = null;
        while (last is not { HasEnded: true })
        {
            (await events.MoveNextAsync()).ShouldBeTrue();
            var told = JsonSerializer.Deserialize(events.Current.Data, ApiJson.Default.JobSummary)!;
            last = told.JobId == job ? told : last;
        }

        // Whoever was away in between is told what came of it.
        var again = await ChangesBehindAsync(place!, job, limit.Token);
        again.ShouldBe(last);
    }

    private async Task<JobSummary> ChangesBehindAsync(string place, int job, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At("/jobs/events?all=true"));
        request.Headers.Add("Last-Event-ID", place);
        using var stream = await dpu.Visitor.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await stream.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            if (item.EventType == "job" && JsonSerializer.Deserialize(item.Data, ApiJson.Default.JobSummary) is { } told && told.JobId == job)
            {
                return told;
            }
        }

        throw new InvalidOperationException($"Job {job} was not told of.");
    }

    [Fact]
    public async Task A_place_that_the_queues_stream_never_had_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, dpu.At("/jobs/events"));
        request.Headers.Add("Last-Event-ID", "-1x");
        using var answer = await dpu.Visitor.SendAsync(request);
        await answer.ProblemAsync(400, "bad-event-id");
    }

    private async IAsyncEnumerable<(string Name, string Data)> EventsAsync(HttpClient client, string path)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var answer = await client.GetAsync(dpu.At(path), HttpCompletionOption.ResponseHeadersRead, limit.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(limit.Token))
        {
            yield return (item.EventType, item.Data);
        }
    }
}
