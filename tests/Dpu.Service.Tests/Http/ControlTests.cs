using System.Net;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Ingest;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What people do to jobs that exist, over HTTP.</summary>
[Collection(SharedDpu.Name)]
public sealed class ControlTests(RunningDpu dpu)
{
    private static string NewKey => Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_job_is_held_by_somebody_for_a_reason_and_released()
    {
        var first = await dpu.ExecAsync("sleep", "60");
        var job = (await dpu.Client.SubmitAsync(new ExecSubmission(["true"]) { After = [first] }, NewKey, CancellationToken.None)).JobId;

        var held = await dpu.Client.HoldAsync(job, "wait, \"please\"", CancellationToken.None);
        (held.Status, held.HeldBy, held.HeldBecause).ShouldBe(("HELD", Environment.UserName, "wait, \"please\""));
        (await dpu.Client.HoldAsync(job, null, CancellationToken.None)).HeldBecause.ShouldBe("wait, \"please\"");
        (await dpu.Client.GetJobAsync(job, tasks: false, CancellationToken.None)).ShouldSatisfyAllConditions(
            shown => shown.After.ShouldBe([first]),
            shown => shown.WaitsFor.ShouldBe([first]));

        (await dpu.Client.ReleaseAsync(job, CancellationToken.None)).Status.ShouldBe("QUEUED");
        (await dpu.Client.SetPriorityAsync(job, -3, CancellationToken.None)).Priority.ShouldBe(-3);
        await dpu.Client.CancelAsync(first, force: true, CancellationToken.None);
        (await dpu.EndOfAsync(job)).Counts.A.ShouldBe(1);
        (await dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None)).Tasks!.Single().Message.ShouldBe($"waited for job {first}, which ended CANCELLED");
    }

    [Fact]
    public async Task A_retry_with_another_parameter_replaces_what_was_made()
    {
        var chip = $"chip-{Guid.NewGuid():N}";
        await dpu.Client.IngestAsync([Frames.Write(dpu.NewFolder(), "raw.fits", header => header.Set("CCD", chip))], CancellationToken.None);
        var job = (await dpu.RunAsync(new JobSubmission("Copy", ["-i", "WFI", "-c", chip]))).JobId;
        var before = await dpu.Client.GetResultsAsync(job, CancellationToken.None);
        var change = new RetryRequest(Set: ["n=2"]);

        var plan = await dpu.Client.PreviewRetryAsync(job, change, CancellationToken.None);
        (plan.Tasks, plan.Steps.Single().Normal).ShouldBe((1, 1));
        (await dpu.Client.GetResultsAsync(job, CancellationToken.None)).Select(file => file.Id).ShouldBe(before.Select(file => file.Id));

        var key = NewKey;
        await dpu.Client.RetryAsync(job, change, key, CancellationToken.None);
        (await dpu.EndOfAsync(job)).Status.ShouldBe("FINISHED");
        await dpu.Client.RetryAsync(job, change, key, CancellationToken.None);

        var after = await dpu.Client.GetResultsAsync(job, CancellationToken.None);
        after.Select(file => file.Task).Distinct().ShouldBe([$"{job}/0/2"]);
        (await dpu.Client.FindFilesAsync($"job={job}", CancellationToken.None)).Select(file => file.Id).Order().ShouldBe(after.Select(file => file.Id).Order());
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_its_reason()
    {
        var running = await dpu.ExecAsync("sleep", "60");
        var done = (await dpu.RunAsync("true")).JobId;

        await RefusedAsync($"/jobs/{running}/retry", "{}", 409, "not-ended");
        await RefusedAsync($"/jobs/{done}/retry", "{}", 422, "nothing-to-retry");
        await RefusedAsync($"/jobs/{done}/retry", """{"set":["level=1"]}""", 422, "unknown-option");
        await RefusedAsync($"/jobs/{done}/retry", """{"memoryBytes":0}""", 422, "bad-memory");
        await RefusedAsync($"/jobs/{done}/retry", """{"set":[null]}""", 400, "bad-json");
        await RefusedAsync($"/jobs/{done}/hold", "{}", 409, "ended");
        await RefusedAsync($"/jobs/{done}/release", "{}", 409, "ended");
        await RefusedAsync($"/jobs/{done}/priority", """{"priority":1}""", 409, "ended");
        await RefusedAsync($"/jobs/{done}/priority", "{}", 400, "bad-json");
        foreach (var verb in new[] { "hold", "release", "retry" })
        {
            await RefusedAsync($"/jobs/999999/{verb}", "{}", 404, null);
        }

        await RefusedAsync("/exec", """{"command":["true"],"after":[999999]}""", 422, "unknown-job");
        await dpu.Client.CancelAsync(running, force: true, CancellationToken.None);
    }

    [Theory]
    [InlineData("hold")]
    [InlineData("release")]
    [InlineData("priority")]
    [InlineData("retry")]
    public async Task A_visitor_may_do_none_of_it(string verb)
    {
        using var answer = await dpu.Visitor.PostAsync(dpu.At($"/jobs/1/{verb}"), "{}");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task RefusedAsync(string path, string body, int status, string? code)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At(path), body);
        await answer.ProblemAsync(status, code);
    }
}
