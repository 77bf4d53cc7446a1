using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;
using Dpu.Service.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What was done in a time, the queue of a past moment, and what a node was given.</summary>
[Collection(SharedDpu.Name)]
public sealed class StatisticsTests(RunningDpu dpu)
{
    private static readonly DateTimeOffset Wednesday = new(2026, 3, 4, 12, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_job_is_in_the_hour_and_in_the_queue_of_the_moment_in_which_it_ran()
    {
        var job = await dpu.RunAsync("true");

        var report = await GetAsync("/statistics?bucket=hour", ApiJson.Default.StatisticsReport);
        report.Buckets.Sum(bucket => bucket.JobsFinished).ShouldBeGreaterThan(0);
        report.Users.ShouldContain(user => user.User == job.User && user.Attempts > 0);
        report.Waits.Sum(wait => wait.Jobs).ShouldBe(report.Buckets.Sum(bucket => bucket.JobsStarted));

        var end = await GetAsync($"/history/jobs?at={Uri.EscapeDataString($"{job.Ended:O}")}", ApiJson.Default.PastQueue);
        end.Jobs.Single(past => past.JobId == job.JobId).ShouldBe(job);
        var begin = await GetAsync($"/history/jobs?at={Uri.EscapeDataString($"{job.Submitted:O}")}", ApiJson.Default.PastQueue);
        var queued = begin.Jobs.Single(past => past.JobId == job.JobId);
        (queued.Status, queued.Counts, queued.Ended).ShouldBe(("QUEUED", new JobCounts(0, 0, 0, 1, 0), null));
        var before = await GetAsync($"/history/jobs?at={Uri.EscapeDataString($"{job.Submitted.AddTicks(-1):O}")}", ApiJson.Default.PastQueue);
        before.Jobs.ShouldNotContain(past => past.JobId == job.JobId);
    }

    [Theory]
    [InlineData("/statistics?from=yesterday", "bad-time")]
    [InlineData("/statistics?to=10", "bad-time")]
    [InlineData("/statistics?bucket=second", "bad-bucket")]
    [InlineData("/statistics?from=2026-03-02&to=2026-03-01", "bad-span")]
    [InlineData("/statistics?from=2000-01-01&to=2026-03-01&bucket=hour", "bad-span")]
    [InlineData("/history/jobs?at=yesterday", "bad-time")]
    [InlineData("/history/jobs?before=x", "bad-cursor")]
    [InlineData("/nodes/x/tasks?after=x", "bad-cursor")]
    public async Task What_is_no_time_is_refused(string address, string code)
    {
        using var answer = await dpu.Owner.GetAsync(dpu.At(address));
        await answer.ProblemAsync((int)HttpStatusCode.UnprocessableEntity, code);
    }

    [Fact]
    public async Task A_node_is_told_by_its_name()
    {
        var all = await GetAsync("/nodes", ApiJson.Default.IReadOnlyListNodeInfo);
        (await GetAsync($"/nodes/{all[0].Name}", ApiJson.Default.NodeInfo)).Name.ShouldBe(all[0].Name);
        using var other = await dpu.Owner.GetAsync(dpu.At($"/nodes/{all[0].Name}x"));
        await other.ProblemAsync((int)HttpStatusCode.NotFound, "unknown-node");
    }

    [Fact]
    public void Buckets_are_whole_hours_days_and_weeks_of_utc()
    {
        StatisticsEndpoint.BeginsOf("hour", Wednesday, Wednesday.AddHours(1)).ShouldBe([Wednesday.AddMinutes(-30), Wednesday.AddMinutes(30)]);
        StatisticsEndpoint.BeginsOf("day", Wednesday, Wednesday.AddMinutes(1)).ShouldBe([new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.Zero)]);
        StatisticsEndpoint.BeginsOf("week", Wednesday, Wednesday.AddDays(5)).Select(begin => begin.Day).ShouldBe([2, 9]);
        StatisticsEndpoint.BeginsOf("day", Wednesday, Wednesday).ShouldBeEmpty();
    }

    private async Task<T> GetAsync<T>(string address, JsonTypeInfo<T> type)
    {
        using var answer = await dpu.Owner.GetAsync(dpu.At(address));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize(text, type)!;
    }
}
