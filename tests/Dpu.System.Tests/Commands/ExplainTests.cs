using System.Text.Json;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>Why does my job …? With the real program.</summary>
public sealed class ExplainTests(RealDpu dpu) : IClassFixture<RealDpu>
{
    [Fact]
    public async Task A_job_that_failed_says_why_with_its_last_line_and_what_to_do()
    {
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", "echo no stars >&2; exit 7");
        await dpu.EndOfAsync(job);

        var json = (await dpu.RunAsync("explain", $"{job}", "--json")).Exits(0).Json;

        (json.GetProperty("jobId").GetInt32(), json.GetProperty("status").GetString()).ShouldBe((job, "FAILED"));
        var reason = ReasonOf(json, "failed");
        reason.ShouldHave("code", "message", "tasks", "suggestion");
        reason.GetProperty("message").GetString()!.ShouldContain("no stars");
        reason.GetProperty("suggestion").GetString()!.ShouldContain($"dpu logs {job} --task 0");
        var text = (await dpu.RunAsync("explain", $"{job}")).Exits(0).Out;
        text.ShouldContain($"Jobid {job} has status FAILED");
        text.ShouldContain("no stars");
    }

    [Fact]
    public async Task A_job_for_a_host_that_is_not_here_says_which()
    {
        var mapfile = dpu.NewFile("away.map", "lce001=[ a, b ]");
        var job = await dpu.SubmitAsync("exec", "--mapfile", mapfile, "--", "true");

        var reason = ReasonOf((await dpu.RunAsync("explain", $"{job}", "--json")).Exits(0).Json, "host-away");

        reason.GetProperty("message").GetString()!.ShouldContain("lce001");
        reason.GetProperty("tasks").GetInt32().ShouldBe(2);
        (await dpu.RunAsync("cancel", "--force", $"{job}")).Exits(0);
    }

    [Fact]
    public async Task A_job_behind_others_says_what_is_free()
    {
        var running = await dpu.SubmitAsync("exec", "--cpus", "4", "--", "sleep", "600");
        await dpu.UntilRunningAsync(running);
        var waiting = await dpu.SubmitAsync("exec", "--cpus", "3", "--", "true");

        var json = (await dpu.RunAsync("explain", $"{waiting}", "--json")).Exits(0).Json;

        ReasonOf(json, "busy").GetProperty("message").GetString()!.ShouldContain("needs 3 cpus");
        ReasonOf((await dpu.RunAsync("explain", $"{running}", "--json")).Exits(0).Json, "running").GetProperty("tasks").GetInt32().ShouldBe(1);
        (await dpu.RunAsync("cancel", "--force", $"{waiting}", $"{running}")).Exits(0);
    }

    [Fact]
    public async Task A_job_that_is_held_says_by_whom_and_one_that_waits_for_another_for_which()
    {
        var first = await dpu.SubmitAsync("exec", "--", "sleep", "600");
        var second = await dpu.SubmitAsync("exec", "--after", $"{first}", "--", "true");
        (await dpu.RunAsync("hold", $"{second}")).Exits(0);

        var json = (await dpu.RunAsync("explain", $"{second}", "--json")).Exits(0).Json;

        ReasonOf(json, "waits-for-job").GetProperty("message").GetString()!.ShouldContain($"job {first} ");
        var held = ReasonOf(json, "held");
        held.GetProperty("message").GetString()!.ShouldStartWith($"Held by {Environment.UserName}");
        held.GetProperty("suggestion").GetString().ShouldBe($"dpu release {second}");
        (await dpu.RunAsync("cancel", "--force", $"{second}", $"{first}")).Exits(0);
    }

    [Fact]
    public async Task A_finished_job_says_how_long_it_waited_and_ran()
    {
        var job = await dpu.SubmitAsync("exec", "--", "true");
        await dpu.EndOfAsync(job);

        ReasonOf((await dpu.RunAsync("explain", $"{job}", "--json")).Exits(0).Json, "took").GetProperty("message").GetString()!.ShouldStartWith("It waited ");
    }

    [Fact]
    public async Task What_no_node_has_is_refused_with_what_its_kind_has_used()
    {
        var lines = dpu.NewFile("five", "0\n0\n0\n0\n0\n");
        await dpu.EndOfAsync(await dpu.SubmitAsync("exec", "--each", lines, "--", "sleep", "{}"));

        var run = (await dpu.RunAsync("exec", "--mem", "900TiB", "--", "sleep", "0")).Exits(2);

        run.Error.ShouldContain("sleep needs 900 TiB of memory; the largest node has ");
        run.Error.ShouldMatch(@"the largest of its kind so far used [0-9.]+ .*: try --mem \d+MiB");
    }

    [Fact]
    public async Task A_task_that_held_more_than_it_asked_for_ends_normally_with_more_and_says_both()
    {
        // A shell that doubles a text until it holds 16 MiB; what it asked for doubles twice at most.
        var job = await dpu.SubmitAsync("exec", "--mem", "12MiB", "--", "sh", "-c", "t=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do t=$t$t; done; sleep 1");

        (await dpu.EndOfAsync(job)).Status.ShouldBe("FINISHED");

        var reason = ReasonOf((await dpu.RunAsync("explain", $"{job}", "--json")).Exits(0).Json, "retried");
        reason.GetProperty("message").GetString()!.ShouldMatch("1 task of sh ended normally after a failure: attempt [0-9] of task 0 .* with cause memory: .*tried again with [0-9.]+ MiB");
        var attempts = (await dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None)).Tasks!.Single().Attempts;
        attempts.Select(attempt => attempt.Cause)
            .ShouldBe([.. Enumerable.Repeat("memory", attempts.Count - 1), null]);
        (await dpu.RunAsync("show", $"{job}", "--tasks")).Exits(0).Out.ShouldMatch("tried again with [0-9.]+ MiB");
    }

    [Theory]
    [InlineData("999999")]
    [InlineData("one")]
    public async Task A_job_that_is_not_there_ends_with_2(string job) => (await dpu.RunAsync("explain", job)).Exits(2).Error.ShouldContain(job);

    private static JsonElement ReasonOf(JsonElement json, string code) =>
        json.GetProperty("reasons").EnumerateArray().FirstOrDefault(reason => reason.GetProperty("code").GetString() == code) is { ValueKind: JsonValueKind.Object } found
            ? found
            : throw new ShouldAssertException($"There is no reason {code} in {json}");
}
