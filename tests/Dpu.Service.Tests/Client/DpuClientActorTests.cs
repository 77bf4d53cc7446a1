using System.Net;
using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

/// <summary>The client actor behind its methods, on real threads.</summary>
public sealed class DpuClientActorTests
{
    [Fact]
    public async Task Questions_are_answered()
    {
        var dpu = new FakeDpu()
            .When(HttpMethod.Post, "/jobs", Samples.Accepted)
            .When(HttpMethod.Post, "/exec", Samples.Accepted)
            .When(HttpMethod.Get, "/jobs", $"[{Samples.Job("RUNNING", "1/0/0/1/0")}]")
            .When(HttpMethod.Post, "/jobs/84820/cancel", Samples.Job("CANCELLED", "1/0/1/0/0"));
        using var http = dpu.Client();
        await using var client = new DpuClient(http);
        (await client.SubmitAsync(new JobSubmission("Bias", []), "a", CancellationToken.None)).JobId.ShouldBe(84820);
        (await client.SubmitAsync(new ExecSubmission(["true"]), "b", CancellationToken.None)).Dpu.ShouldBe("schmidt");
        (await client.GetStatusAsync(new JobQuery(), CancellationToken.None)).Single().Status.ShouldBe("RUNNING");
        (await client.CancelAsync(84820, force: true, CancellationToken.None)).Status.ShouldBe("CANCELLED");
        dpu.Requests[^1].Body.ShouldBe("""{"force":true}""");
        dpu.Requests.Take(2).Select(request => request.Key).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_failure_comes_back_as_what_it_was_and_the_actor_lives_on()
    {
        var dpu = new FakeDpu()
            .Then(() => FakeDpu.Problem(HttpStatusCode.UnprocessableEntity, """{"title":"Refused","status":422,"code":"unknown-recipe"}"""))
            .Then(Samples.Accepted);
        using var http = dpu.Client();
        await using var client = new DpuClient(http);
        (await Should.ThrowAsync<DpuRefusedException>(() => client.SubmitAsync(new JobSubmission("Biass", []), "a", CancellationToken.None)))
            .Problem.Code.ShouldBe("unknown-recipe");
        (await client.SubmitAsync(new JobSubmission("Bias", []), "b", CancellationToken.None)).JobId.ShouldBe(84820);
    }

    [Fact]
    public async Task Several_watchers_of_one_job_each_see_its_end()
    {
        var dpu = new FakeDpu().When(
            HttpMethod.Get, "/jobs/84820/events", () => FakeDpu.Events(Samples.Status("RUNNING", "1/0/0/1/0") + Samples.Status("FINISHED", "2/0/0/0/0")));
        using var http = dpu.Client();
        await using var client = new DpuClient(http);
        var watches = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.WatchAsync(84820, CancellationToken.None).ToListAsync()));
        foreach (var watch in watches)
        {
            watch.Select(job => job.Status).ShouldBe(["RUNNING", "FINISHED"]);
        }
    }

    [Fact]
    public async Task A_watch_that_cannot_go_on_says_why()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Problem(HttpStatusCode.NotFound, """{"title":"Not found","status":404,"code":"unknown-job"}"""));
        using var http = dpu.Client();
        await using var client = new DpuClient(http);
        (await Should.ThrowAsync<DpuRefusedException>(() => client.WatchAsync(7, CancellationToken.None).ToListAsync())).Problem.Code.ShouldBe("unknown-job");
    }

    [Fact]
    public async Task The_client_ends_while_a_watch_waits()
    {
        var opened = new TaskCompletionSource();
        var dpu = new FakeDpu { Asked = _ => opened.TrySetResult() }.Then(() =>
        {
            var content = new StreamContent(new System.IO.Pipelines.Pipe().Reader.AsStream());
            content.Headers.ContentType = new("text/event-stream");
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        });
        using var http = dpu.Client();
        var client = new DpuClient(http);
        using var enough = new CancellationTokenSource();
        var watch = client.WatchAsync(84820, enough.Token).ToListAsync();
        await opened.Task;
        await client.DisposeAsync();
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => watch);
    }
}
