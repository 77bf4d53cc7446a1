using System.Net;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>One caller may ask so much, and no more.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Who_asks_too_much_is_told_when_to_ask_again_and_others_are_not_slowed()
    {
        using var folder = new TemporaryFolder();
        var config = folder.File("test.conf", "dpu { node { name = here, cpus = 1, memory = 1 GiB }, service { stop-grace = 0 s, log-level = Warning }, http { requests-per-second = 1, burst = 5 } }");
        await using var host = await TestHost.StartAsync(folder.At("data"), config);
        using var visitor = new HttpClient();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 50 && !statuses.Contains(HttpStatusCode.TooManyRequests); i++)
        {
            using var answer = await visitor.GetAsync(new Uri(host.Address, "/api/v1/health"));
            statuses.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                await answer.ProblemAsync(429, "too-many-requests");
                answer.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
            }
        }

        statuses.Take(5).ShouldAllBe(status => status == HttpStatusCode.OK);
        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);

        using var owner = new HttpClient();
        owner.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(host.TokenPath)).Trim());
        using var other = await owner.GetAsync(new Uri(host.Address, "/api/v1/health"));
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_so_many_streams_of_one_caller_are_open_at_a_time()
    {
        using var folder = new TemporaryFolder();
        var config = folder.File("test.conf", "dpu { node { name = here, cpus = 1, memory = 1 GiB }, service { stop-grace = 0 s, log-level = Warning }, http.open-max = 2 }");
        await using var host = await TestHost.StartAsync(folder.At("data"), config);
        using var owner = new HttpClient();
        owner.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(host.TokenPath)).Trim());
        using var submitted = await owner.PostAsync(new Uri(host.Address, "/api/v1/exec"), """{"command":["sleep","1000"]}""");
        var job = (await submitted.JsonAsync(201)).GetProperty("jobId").GetInt32();
        var stream = new Uri(host.Address, $"/api/v1/jobs/{job}/events");
        using (await owner.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead))
        using (await owner.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead))
        using (var third = await owner.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead))
        {
            await third.ProblemAsync(429, "too-many-requests");
        }
    }
}
