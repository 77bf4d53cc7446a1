using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>What people do to jobs that exist, with the real program.</summary>
public sealed class ControlCommandTests(RealDpu dpu) : IClassFixture<RealDpu>
{
    [Fact]
    public async Task A_job_waits_for_another_is_held_and_released()
    {
        var go = Path.Combine(dpu.Home, "go");
        var first = await dpu.SubmitAsync("exec", "--", "sh", "-c", $"until [ -e '{go}' ]; do sleep 0.05; done");
        var second = await dpu.SubmitAsync("exec", "--after", $"{first}", "--", "true");
        (await dpu.RunAsync("show", $"{second}")).Exits(0).Out.ShouldContain($"after      {first} (waits for {first})");

        (await dpu.RunAsync("hold", $"{second}", "--reason", "not yet")).Exits(0).Out.ShouldBe($"Jobid {second} has status HELD N/E/A/S/U 0/0/0/1/0\n");
        (await dpu.RunAsync("priority", $"{second}", "7", "--json")).Exits(0).Json[0].GetProperty("priority").GetInt32().ShouldBe(7);
        dpu.NewFile("go", "");
        (await dpu.EndOfAsync(first)).Status.ShouldBe("FINISHED");

        var shown = (await dpu.RunAsync("show", $"{second}", "--json")).Exits(0).Json;
        (shown.GetProperty("status").GetString(), shown.GetProperty("heldBy").GetString(), shown.GetProperty("heldBecause").GetString())
            .ShouldBe(("HELD", Environment.UserName, "not yet"));
        (await dpu.RunAsync("jobs", "--status", "HELD", "--json")).Exits(0).Json[0].GetProperty("jobId").GetInt32().ShouldBe(second);

        (await dpu.RunAsync("release", $"{second}")).Exits(0);
        (await dpu.EndOfAsync(second)).Status.ShouldBe("FINISHED");
        (await dpu.RunAsync("hold", $"{second}")).Exits(2).Error.ShouldContain($"Job {second} has ended already.");
    }

    [Fact]
    public async Task A_job_after_one_that_failed_says_which()
    {
        var first = await dpu.SubmitAsync("exec", "--", "false");
        var second = await dpu.SubmitAsync("exec", "--after", $"{first}", "--", "true");

        (await dpu.EndOfAsync(second)).Status.ShouldBe("FAILED");
        (await dpu.RunAsync("show", $"{second}")).Exits(0).Out.ShouldContain($"waited for job {first}, which ended FAILED");
        (await dpu.RunAsync("exec", "--after", "999999", "--", "true")).Exits(2).Error.ShouldContain("There is no job 999999 to wait for.");
    }

    [Fact]
    public async Task A_job_that_failed_runs_again_under_its_own_number()
    {
        var ok = Path.Combine(dpu.Home, "ok");
        var job = await dpu.SubmitAsync("exec", "--", "test", "-e", ok);
        (await dpu.EndOfAsync(job)).Status.ShouldBe("FAILED");

        var plan = (await dpu.RunAsync("retry", $"{job}", "--dry-run", "--json")).Exits(0);
        (plan.Json.GetProperty("jobId").GetInt32(), plan.Json.GetProperty("tasks").GetInt32()).ShouldBe((job, 1));
        (await dpu.EndOfAsync(job)).Status.ShouldBe("FAILED");

        dpu.NewFile("ok", "");
        (await dpu.RunAsync("retry", $"{job}")).Exits(0).Error.ShouldContain($"Job {job}: 1 task to run again.");
        (await dpu.EndOfAsync(job)).Counts.ToString().ShouldBe("1/0/0/0/0");
        var attempts = (await dpu.RunAsync("show", $"{job}", "--tasks", "--json")).Exits(0).Json.GetProperty("tasks")[0].GetProperty("attempts");
        attempts.EnumerateArray().Select(attempt => attempt.GetProperty("attempt").GetInt32()).ShouldBe([1, 2]);
        (await dpu.RunAsync("retry", $"{job}")).Exits(2).Error.ShouldContain($"Every task of job {job} ended normally");
        (await dpu.RunAsync("retry", "999999")).Exits(2).Error.ShouldContain("999999");
    }

    [Fact]
    public async Task A_job_runs_again_through_the_death_of_the_service()
    {
        var ready = Path.Combine(dpu.Home, "ready");
        var job = await dpu.SubmitAsync("exec", "--", "sh", "-c", $"[ -e '{ready}' ] && sleep 1");
        (await dpu.EndOfAsync(job)).Status.ShouldBe("FAILED");
        dpu.NewFile("ready", "");
        (await dpu.RunAsync("retry", $"{job}")).Exits(0);

        await dpu.KillServiceAsync();
        await dpu.StartAsync();

        (await dpu.EndOfAsync(job)).Counts.ToString().ShouldBe("1/0/0/0/0");
    }

    [Fact]
    public async Task A_task_that_needs_more_memory_than_it_asked_for_ends_well_with_more_and_show_says_so()
    {
        // A line of 150 MB without an end is held in memory until its reader goes.
        var job = await dpu.SubmitAsync("exec", "--mem", "100MiB", "--", "sh", "-c", "head -c 150000000 /dev/zero | tail | sleep 3");

        (await dpu.EndOfAsync(job)).Counts.ToString().ShouldBe("1/0/0/0/0");
        var task = (await dpu.RunAsync("show", $"{job}", "--tasks", "--json")).Exits(0).Json.GetProperty("tasks")[0];
        task.GetProperty("attempts").EnumerateArray().Select(attempt => (attempt.GetProperty("cause").GetString(), attempt.GetProperty("memoryBytes").GetInt64()))
            .ShouldBe([("memory", 100L << 20), (null, 200L << 20)]);
        (await dpu.RunAsync("show", $"{job}", "--tasks")).Exits(0).Out.ShouldContain("tried again with 200 MiB (attempt 2 of 3)");
    }
}
