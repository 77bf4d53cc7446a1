using System.Net;
using System.Text.Json;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>Lists in pieces, and what need not be sent again.</summary>
[Collection(SharedDpu.Name)]
public sealed class ListTests(RunningDpu dpu)
{
    [Fact]
    public async Task Jobs_come_in_pages_that_new_jobs_do_not_move()
    {
        var older = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            older.Add((await dpu.RunAsync("true")).JobId);
        }

        var (first, next) = await PageAsync<JobSummary>(dpu.At("/jobs?all=true&status=finished&limit=2"));
        first.Select(job => job.JobId).ShouldBe([older[4], older[3]]);
        await dpu.RunAsync("true");
        var (second, third) = await PageAsync<JobSummary>(next!);
        second.Select(job => job.JobId).ShouldBe([older[2], older[1]]);
        var (rest, _) = await PageAsync<JobSummary>(third!);
        rest[0].JobId.ShouldBe(older[0]);
    }

    [Fact]
    public async Task The_last_page_has_no_next_one()
    {
        var (all, none) = await PageAsync<NodeInfo>(dpu.At("/nodes"));
        none.ShouldBeNull();
        all.Count.ShouldBe(1);
        (await PageAsync<NodeInfo>(dpu.At("/nodes?limit=1"))).Next.ShouldBeNull();
    }

    [Fact]
    public async Task Keys_come_in_pages_and_together_they_are_all()
    {
        for (var i = 0; i < 3; i++)
        {
            using var made = await dpu.Owner.PostAsync(dpu.At("/keys"), """{"for":"node"}""");
            await made.JsonAsync(201);
        }

        var (all, _) = await PageAsync<KeyInfo>(dpu.At("/keys"));
        var paged = new List<KeyInfo>();
        for (var next = dpu.At("/keys?limit=2"); next is not null;)
        {
            (var page, next) = await PageAsync<KeyInfo>(next);
            page.Count.ShouldBeInRange(1, 2);
            paged.AddRange(page);
        }

        paged.Count.ShouldBeGreaterThanOrEqualTo(3);
        paged.Select(key => key.Id).ShouldBe(all.Select(key => key.Id));
    }

    [Fact]
    public async Task Tasks_come_in_pages_and_together_they_are_all()
    {
        var job = await dpu.RunAsync(new ExecSubmission(["sh", "-c", "exit {}"], ["0", "1", "0", "1", "0"]));
        var tasks = new List<TaskDetail>();
        for (var next = dpu.At($"/jobs/{job.JobId}/tasks?limit=2"); next is not null;)
        {
            (var page, next) = await PageAsync<TaskDetail>(next);
            page.Count.ShouldBeInRange(1, 2);
            tasks.AddRange(page);
        }

        tasks.Select(task => task.Task).ShouldBe([0, 1, 2, 3, 4]);
        var (failed, none) = await PageAsync<TaskDetail>(dpu.At($"/jobs/{job.JobId}/tasks?state=error"));
        failed.Select(task => task.Task).ShouldBe([1, 3]);
        none.ShouldBeNull();
    }

    [Theory]
    [InlineData("/jobs/1/tasks?limit=0", 400, "bad-limit")]
    [InlineData("/jobs/1/tasks?after=-1", 422, "bad-cursor")]
    [InlineData("/jobs/1/tasks?after=2147483647", 422, "bad-cursor")]
    [InlineData("/jobs/1/tasks?state=tired", 422, "bad-state")]
    [InlineData("/files?after=nothing", 422, "bad-cursor")]
    [InlineData("/keys?limit=0", 400, "bad-limit")]
    [InlineData("/nodes?limit=many", 400, "bad-limit")]
    [InlineData("/nodes?limit=1&after=nobody", 422, "bad-cursor")]
    [InlineData("/jobs?before=yesterday", 422, "bad-cursor")]
    public async Task A_page_that_cannot_be_is_refused(string path, int status, string code)
    {
        using var answer = await dpu.Owner.GetAsync(dpu.At(path));
        await answer.ProblemAsync(status, code);
    }

    [Fact]
    public async Task What_did_not_change_is_not_sent_again_and_what_did_is()
    {
        var job = await dpu.RunAsync(new JobSubmission("Fail", []));
        var address = dpu.At($"/jobs/{job.JobId}");
        using var first = await dpu.Owner.GetAsync(address);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        first.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        first.Headers.Vary.ShouldBe(["Authorization"]);
        var tag = first.Headers.ETag!.ToString();

        using var second = await AskAsync(address, $"\"other\", W/{tag}");
        second.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        second.Headers.ETag!.ToString().ShouldBe(tag);
        (await second.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();

        await dpu.Client.RetryAsync(job.JobId, new RetryRequest(), Dpu.Client.IdempotencyKey.Create(), CancellationToken.None);
        await dpu.EndOfAsync(job.JobId);
        using var third = await AskAsync(address, tag);
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
        third.Headers.ETag!.ToString().ShouldNotBe(tag);
    }

    private Task<HttpResponseMessage> AskAsync(Uri address, string known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("If-None-Match", known);
        return dpu.Owner.SendAsync(request);
    }

    private async Task<(IReadOnlyList<T> Items, Uri? Next)> PageAsync<T>(Uri address)
    {
        using var answer = await dpu.Owner.GetAsync(address);
        var json = await answer.JsonAsync();
        var link = answer.Headers.TryGetValues("Link", out var links) ? links.ShouldHaveSingleItem() : null;
        link?.ShouldEndWith(">; rel=\"next\"");
        return (json.Deserialize((System.Text.Json.Serialization.Metadata.JsonTypeInfo<IReadOnlyList<T>>)ApiJson.Default.GetTypeInfo(typeof(IReadOnlyList<T>))!)!, link is null ? null : new Uri(address, link[1..link.IndexOf('>', StringComparison.Ordinal)]));
    }
}
