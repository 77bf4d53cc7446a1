using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What a sequence took before, and what its campaigns became.</summary>
[Collection(SharedDpu.Name)]
public sealed class SequenceHistoryTests(RunningDpu dpu)
{
    [Fact]
    public async Task Finished_runs_are_told_to_everybody_who_sees_their_lines()
    {
        var job = await dpu.RunAsync(new JobSubmission("Quick>Noise", []));
        using var answer = await dpu.Visitor.GetAsync(dpu.At("/sequences/Quick%20%3E%20Noise/history?limit=1"));
        var history = await answer.JsonAsync();
        history.GetProperty("sequence").GetString().ShouldBe("Quick>Noise");
        var run = history.GetProperty("runs")[0];
        run.GetProperty("jobId").GetInt32().ShouldBe(job.JobId);
        run.GetProperty("seconds").GetDouble().ShouldBePositive();
        run.GetProperty("estimatedSeconds").GetDouble().ShouldBePositive();
        run.GetProperty("tasks").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("/sequences/Quik/history", 422, "unknown-recipe")]
    [InlineData("/sequences/Quick/history?limit=0", 400, "bad-limit")]
    [InlineData("/campaigns/of%20statuses/units?status=finished", 422, "bad-status")]
    public async Task What_is_wrong_is_said(string address, int status, string code)
    {
        await OfCampaignAsync("a");
        using var answer = await dpu.Visitor.GetAsync(dpu.At(address));
        await answer.ProblemAsync(status, code);
    }

    [Fact]
    public async Task Units_of_a_campaign_are_told_by_status()
    {
        await OfCampaignAsync("b");
        using var finished = await dpu.Visitor.GetAsync(dpu.At("/campaigns/of%20statuses/units?status=FINISHED"));
        (await finished.JsonAsync()).EnumerateArray().Select(unit => unit.GetProperty("unit").GetString()).ShouldContain("b");
        using var failed = await dpu.Visitor.GetAsync(dpu.At("/campaigns/of%20statuses/units?status=FAILED"));
        (await failed.JsonAsync()).GetArrayLength().ShouldBe(0);
    }

    private Task<JobSummary> OfCampaignAsync(string unit) => dpu.RunAsync(new JobSubmission("Noise", [], Campaign: new CampaignPlace("of statuses", unit)));
}
