using System.Text.Json;
using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

[Collection(SharedDpu.Name)]
public sealed class JobTests(RunningDpu dpu)
{
    private static readonly string[] SummaryFields = ["jobId", "sequence", "user", "status", "counts", "submitted", "started", "ended"];

    [Fact]
    public async Task A_job_is_shown_with_its_steps_tasks_and_attempts()
    {
        var job = await dpu.RunAsync("sh", "-c", "exit 0");
        using var answer = await dpu.Owner.GetAsync(dpu.At($"/jobs/{job.JobId}?tasks=true"));
        var shown = await answer.JsonAsync();
        shown.EnumerateObject().Select(field => field.Name).ShouldBe([.. SummaryFields, "steps", "priority", "project", "privileges", "after", "waitsFor", "estimatedSeconds", "tasks"]);
        shown.GetProperty("counts").GetRawText().ShouldBe("""{"N":1,"E":0,"A":0,"S":0,"U":0}""");
        shown.GetProperty("steps")[0].GetProperty("name").GetString().ShouldBe("sh");
        var task = shown.GetProperty("tasks")[0];
        task.GetProperty("state").GetString().ShouldBe("Normal");
        var attempt = task.GetProperty("attempts")[0];
        attempt.GetProperty("attempt").GetInt32().ShouldBe(1);
        attempt.GetProperty("node").GetString().ShouldBe("here");
        attempt.GetProperty("exitCode").GetInt32().ShouldBe(0);
        attempt.GetProperty("cause").ValueKind.ShouldBe(JsonValueKind.Null);
        attempt.GetProperty("maxRssBytes").GetInt64().ShouldBePositive();
        var times = new[] { shown.GetProperty("submitted"), attempt.GetProperty("started"), attempt.GetProperty("ended"), shown.GetProperty("ended") };
        times.Select(time => time.GetString()).ShouldAllBe(time => time!.EndsWith('Z'));
        times.Select(time => time.GetDateTimeOffset()).ShouldBeInOrder();
    }

    [Fact]
    public async Task A_visitor_sees_the_queue_but_not_what_tasks_did()
    {
        var job = await dpu.RunAsync("sh", "-c", "echo secret >&2; exit 3");
        using var line = await dpu.Visitor.GetAsync(dpu.At($"/jobs/{job.JobId}"));
        (await line.JsonAsync()).GetProperty("counts").GetProperty("E").GetInt32().ShouldBe(1);
        using var answer = await dpu.Visitor.GetAsync(dpu.At($"/jobs/{job.JobId}?tasks=true"));
        (await answer.ProblemAsync(401, "token-needed")).Detail!.ShouldContain("is shown to members of project common; a visitor sees its line in the queue only.");
    }

    [Fact]
    public async Task Into_what_is_for_the_world_a_visitor_looks_too()
    {
        var job = await dpu.Client.SubmitAsync(new ExecSubmission(["sh", "-c", "echo hello; exit 3"]) { Privileges = "world" }, IdempotencyKey.Create(), CancellationToken.None);
        await dpu.EndOfAsync(job.JobId);
        using var tasks = await dpu.Visitor.GetAsync(dpu.At($"/jobs/{job.JobId}?tasks=true"));
        (await tasks.JsonAsync()).GetProperty("tasks")[0].GetProperty("lastLines")[0].GetString().ShouldBe("hello");
        (await dpu.Visitor.GetStringAsync(dpu.At($"/jobs/{job.JobId}/logs"))).ShouldContain("hello");
        using var explained = await dpu.Visitor.GetAsync(dpu.At($"/jobs/{job.JobId}/explain"));
        (await explained.JsonAsync()).GetRawText().ShouldContain("exit code 3");
    }

    [Fact]
    public async Task What_was_found_in_the_output_is_shown_and_counted_and_not_for_visitors()
    {
        var job = await dpu.RunAsync(new JobSubmission("Talk", []));
        var shown = await dpu.Client.GetJobAsync(job.JobId, tasks: true, CancellationToken.None);
        shown.Findings.ShouldBe([new FindingSummary("Talk", "oom", "error", 1, 1), new FindingSummary("Talk", "seeing", "warning", 1, 1)]);
        var attempt = shown.Tasks!.Single().Attempts.Single();
        attempt.Cause.ShouldBe("memory");
        attempt.Message!.ShouldStartWith("exit code 1; it printed 'MemoryError: no room' (pattern 'oom')");
        attempt.Findings!.Select(finding => (finding.Pattern, finding.Level, finding.Line, finding.Count)).ShouldBe(
            [("seeing", "warning", "seeing > 3 secret", 1), ("oom", "error", "MemoryError: no room", 1)], ignoreOrder: true);

        using var answer = await dpu.Visitor.GetAsync(dpu.At($"/jobs/{job.JobId}"));
        (await answer.JsonAsync()).TryGetProperty("findings", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_failed_task_brings_its_cause_and_its_last_lines()
    {
        // More than is shown; two streams; a long line; a character cut by a slow writer; no newline at the end.
        var job = await dpu.RunAsync("sh", "-c", "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; printf 'caf\\303' ; printf '\\251\\r\\n'; printf 'the end' >&2; exit 9");
        job.Status.ShouldBe("FAILED");
        var task = (await dpu.Client.GetJobAsync(job.JobId, tasks: true, CancellationToken.None)).Tasks!.ShouldHaveSingleItem();
        task.State.ShouldBe("Error");
        var attempt = task.Attempts.ShouldHaveSingleItem();
        (attempt.ExitCode, attempt.Cause, attempt.Message).ShouldBe((9, "recipe", "exit code 9"));
        var lines = task.LastLines.ShouldNotBeNull();
        lines.Count.ShouldBe(20);
        lines.Where(line => line.StartsWith("line ", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(13, 18).Select(n => $"line {n}"));
        lines.ShouldContain("café");
        lines[^1].ShouldBe("the end");
    }

    [Fact]
    public async Task A_failed_task_that_printed_nothing_has_no_last_lines()
    {
        var job = await dpu.RunAsync("false");
        (await dpu.Client.GetJobAsync(job.JobId, tasks: true, CancellationToken.None)).Tasks!.Single().LastLines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_as_such()
    {
        var job = await dpu.RunAsync("no-such-program");
        job.Status.ShouldBe("FAILED");
        var attempts = (await dpu.Client.GetJobAsync(job.JobId, tasks: true, CancellationToken.None)).Tasks!.Single().Attempts;
        attempts.Count.ShouldBe(3);
        attempts.ShouldAllBe(attempt => attempt.Cause == "launch" && attempt.Message!.Contains("no-such-program", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_and_by_status()
    {
        var good = await dpu.RunAsync("true");
        var bad = await dpu.RunAsync("false");
        var all = await dpu.Client.GetJobsAsync(new JobQuery { All = true, Limit = 10_000 }, CancellationToken.None);
        all.Select(job => job.JobId).ShouldBeInOrder(SortDirection.Descending);
        all.Select(job => job.JobId).ShouldContain(good.JobId);
        var failed = await dpu.Client.GetJobsAsync(new JobQuery { Status = "FAILED", Limit = 10_000 }, CancellationToken.None);
        failed.Select(job => job.JobId).ShouldContain(bad.JobId);
        failed.ShouldAllBe(job => job.Status == "FAILED");
        (await dpu.Client.GetJobsAsync(new JobQuery { Limit = 1 }, CancellationToken.None)).ShouldHaveSingleItem().JobId.ShouldBe(all[0].JobId);
        (await dpu.Client.GetJobsAsync(new JobQuery { User = "nobody-at-all" }, CancellationToken.None)).ShouldBeEmpty();
        (await dpu.Client.GetJobsAsync(new JobQuery { Ids = [bad.JobId, 999_999, good.JobId] }, CancellationToken.None))
            .Select(job => job.JobId).ShouldBe([bad.JobId, good.JobId]);
    }

    [Fact]
    public async Task A_status_that_there_is_not_is_refused_with_those_that_there_are()
    {
        using var answer = await dpu.Owner.GetAsync(dpu.At("/jobs?status=DONE"));
        var detail = (await answer.ProblemAsync(422, "bad-status")).Detail!;
        foreach (var status in new[] { "QUEUED", "RUNNING", "HELD", "FINISHED", "FAILED", "CANCELLED" })
        {
            detail.ShouldContain(status);
        }
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("0")]
    [InlineData("-1")]
    public async Task A_limit_that_is_none_is_refused(string limit)
    {
        using var answer = await dpu.Owner.GetAsync(dpu.At($"/jobs?limit={limit}"));
        (await answer.ProblemAsync(400, "bad-limit")).Detail!.ShouldContain($"'{limit}'");
    }

    [Fact]
    public async Task Logs_of_a_task_that_there_is_not_are_refused_with_how_many_there_are()
    {
        var job = await dpu.RunAsync("true");
        using (var known = await dpu.Owner.GetAsync(dpu.At($"/jobs/{job.JobId}/logs?task=0")))
        {
            known.IsSuccessStatusCode.ShouldBeTrue();
        }

        foreach (var follow in new[] { "", "&follow=true" })
        {
            using var answer = await dpu.Owner.GetAsync(dpu.At($"/jobs/{job.JobId}/logs?task=1{follow}"));
            (await answer.ProblemAsync(422, "bad-task")).Detail.ShouldBe($"Job {job.JobId} has no task 1: it has 1 task, number 0.");
        }
    }

    [Fact]
    public async Task No_job_is_held_as_long_as_none_can_be() =>
        (await dpu.Client.GetJobsAsync(new JobQuery { All = true, Status = "HELD" }, CancellationToken.None)).ShouldBeEmpty();

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/logs")]
    [InlineData("GET", "/logs?follow=true")]
    [InlineData("GET", "/results")]
    [InlineData("POST", "/cancel")]
    public async Task A_job_that_there_is_not_is_not_found(string method, string what)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), dpu.At($"/jobs/999999{what}"));
        request.Content = method == "POST" ? Answers.Json("""{"force":false}""") : null;
        using var answer = await dpu.Owner.SendAsync(request);
        (await answer.ProblemAsync(404, "unknown-job")).Detail!.ShouldContain("999999");
    }

    [Fact]
    public async Task What_runs_is_cancelled_by_force_only_and_only_once()
    {
        var job = await dpu.ExecAsync("sleep", "1000");
        await UntilAsync(job, summary => summary.Status == "RUNNING");
        using (var gentle = await CancelAsync(job, force: false))
        {
            (await gentle.ProblemAsync(409, "running")).Detail!.ShouldContain("force");
        }

        using (var forced = await CancelAsync(job, force: true))
        {
            (await forced.JsonAsync()).EnumerateObject().Select(field => field.Name).ShouldBe([.. SummaryFields, "priority", "project", "privileges"]);
        }

        var ended = await dpu.EndOfAsync(job);
        (ended.Status, ended.Counts.ToString()).ShouldBe(("CANCELLED", "0/0/1/0/0"));
        using var late = await CancelAsync(job, force: true);
        await late.ProblemAsync(409, "ended");
    }

    [Fact]
    public async Task What_an_attempt_does_is_shown_until_it_has_ended()
    {
        var job = await dpu.ExecAsync("sleep", "1000");
        await PhasesAsync(job, phases => phases is ["running"]);
        (await dpu.Client.ExplainAsync(job, CancellationToken.None)).Reasons.ShouldContain(reason => reason.Code == "running" && reason.Tasks == 1);
        (await CancelAsync(job, force: true)).Dispose();
        await dpu.EndOfAsync(job);

        (await PhasesAsync(job, _ => true)).ShouldBe([null]);
    }

    /// <summary>Of each task's last attempt.</summary>
    private async Task<List<string?>> PhasesAsync(int job, Func<List<string?>, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var shown = await dpu.Client.GetJobAsync(job, tasks: true, limit.Token);
            List<string?> phases = [.. shown.Tasks!.Select(task => task.Attempts is [.., var last] ? last.Phase?.Name : null)];
            if (condition(phases))
            {
                return phases;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>They come 10,000 at a time.</summary>
    [Theory]
    [InlineData(10_000)]
    [InlineData(10_001)]
    public async Task All_tasks_of_a_large_job_are_shown(int tasks)
    {
        var lines = Enumerable.Range(0, tasks).Select(n => $"{n}").ToList();
        var job = (await dpu.Client.SubmitAsync(new ExecSubmission(["sleep", "1000"], lines, Cpus: 4), IdempotencyKey.Create(), CancellationToken.None)).JobId;
        (await CancelAsync(job, force: true)).Dispose();
        await dpu.EndOfAsync(job);

        var shown = await dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None);
        shown.Counts.A.ShouldBe(tasks);
        shown.Tasks!.Select(task => task.Task).ShouldBe(Enumerable.Range(0, tasks));
        shown.Tasks!.ShouldAllBe(task => task.State == "Aborted");
    }

    [Fact]
    public async Task What_waits_is_cancelled_without_force()
    {
        // The node has 4 cpus: the first job holds them all.
        var first = await dpu.Client.SubmitAsync(new ExecSubmission(["sleep", "1000"], Cpus: 4), IdempotencyKey.Create(), CancellationToken.None);
        await UntilAsync(first.JobId, summary => summary.Status == "RUNNING");
        var waiting = await dpu.ExecAsync("true");
        using (var answer = await CancelAsync(waiting, force: false))
        {
            (await answer.JsonAsync()).GetProperty("status").GetString().ShouldBe("CANCELLED");
        }

        using var other = await CancelAsync(first.JobId, force: true);
        (await dpu.EndOfAsync(first.JobId)).Status.ShouldBe("CANCELLED");
    }

    [Fact]
    public async Task Options_are_told_by_the_words_of_their_declaration()
    {
        using var answer = await dpu.Visitor.GetAsync(dpu.At("/sequences/Copy%3EFail/options"));
        var steps = (await answer.JsonAsync()).GetProperty("steps");
        steps.EnumerateArray().Select(step => step.GetProperty("recipe").GetString()).ShouldBe(["Copy", "Fail"]);
        var options = steps[0].GetProperty("options");
        options[0].GetRawText().ShouldBe("""{"long":"instrument","short":"i","type":"string","default":null,"required":true,"help":"instrument"}""");
        options[1].GetRawText().ShouldBe("""{"long":"times","short":"n","type":"integer","default":1,"required":false,"help":"how often"}""");
        options[2].GetProperty("type").GetString().ShouldBe("flag");
        using var unknown = await dpu.Visitor.GetAsync(dpu.At("/sequences/Copi/options"));
        (await unknown.ProblemAsync(422, "unknown-recipe")).Errors!.ShouldHaveSingleItem().Suggestion.ShouldBe("Copy");
    }

    [Fact]
    public async Task Nodes_and_figures_have_the_fields_that_others_read()
    {
        await dpu.RunAsync("true");
        using var nodes = await dpu.Visitor.GetAsync(dpu.At("/nodes"));
        var node = (await nodes.JsonAsync())[0];
        node.EnumerateObject().Select(field => field.Name).ShouldBe(["name", "state", "cpus", "memoryBytes", "running", "tags", "reason", "waiting", "drained", "host", "version", "diskBytes", "missing", "joined", "lastHeard", "endsAt", "lostAt"]);
        (node.GetProperty("name").GetString(), node.GetProperty("cpus").GetInt32(), node.GetProperty("memoryBytes").GetInt64()).ShouldBe(("here", 4, 8L << 30));
        (node.GetProperty("state").GetString(), node.GetProperty("reason").ValueKind).ShouldBe(("Up", JsonValueKind.Null));
        using var answer = await dpu.Visitor.GetAsync(dpu.At("/stats"));
        var stats = await answer.JsonAsync();
        stats.EnumerateObject().Select(field => field.Name)
            .ShouldBe(["jobs", "tasks", "tasksPerSecondLastMinute", "users", "nodes", "deadLetters", "uptimeSeconds", "estimates", "state", "reason"]);
        var total = stats.GetProperty("jobs").GetProperty("total").GetInt32();
        total.ShouldBe(stats.GetProperty("jobs").GetProperty("byStatus").EnumerateObject().Sum(status => status.Value.GetInt32()));
        stats.GetProperty("tasks").GetProperty("N").GetInt32().ShouldBePositive();
        stats.GetProperty("users")[0].GetProperty("user").GetString().ShouldBe(Environment.UserName);
    }

    private Task<HttpResponseMessage> CancelAsync(int job, bool force) =>
        dpu.Owner.PostAsync(dpu.At($"/jobs/{job}/cancel"), force ? """{"force":true}""" : "{}");

    private async Task UntilAsync(int job, Func<JobSummary, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var summary in dpu.Client.WatchJobAsync(job, limit.Token))
        {
            if (condition(summary))
            {
                return;
            }
        }

        throw new InvalidOperationException("The job ended before it came to that.");
    }
}
