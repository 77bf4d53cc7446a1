using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>Commands whose lines belong to hosts.</summary>
[Collection(SharedDpu.Name)]
public sealed class HostTests(RunningDpu dpu)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Lines_run_on_their_host_which_may_be_called_localhost()
    {
        var accepted = await dpu.Client.SubmitAsync(Submission(new() { ["localhost"] = ["8,6", "b c"], ["here"] = ["d"] }), IdempotencyKey.Create(), None);
        accepted.Warnings.ShouldBeNull();
        accepted.EstimatedSeconds.ShouldBe(5);

        (await dpu.EndOfAsync(accepted.JobId)).Counts.ToString().ShouldBe("3/0/0/0/0");
        var tasks = (await dpu.Client.GetJobAsync(accepted.JobId, tasks: true, None)).Tasks!;
        tasks.Select(task => (task.Host, task.Line)).ShouldBe([("here", "8,6"), ("here", "b c"), ("here", "d")]);
        tasks.Select(task => task.Attempts[^1].Node).Distinct().ShouldBe(["here"]);
    }

    [Fact]
    public async Task Hosts_that_are_not_here_are_accepted_and_named()
    {
        var accepted = await dpu.Client.SubmitAsync(Submission(new() { ["lce001"] = ["a"], ["here"] = ["b"] }), IdempotencyKey.Create(), None);

        accepted.Warnings.ShouldBe(["lce001 is no node of this DPU now: its tasks wait until it joins."]);
        await dpu.Client.CancelAsync(accepted.JobId, force: true, None);
    }

    [Fact]
    public async Task A_dry_run_tells_tasks_per_node_and_submits_nothing()
    {
        var before = await NewestAsync();

        var plan = await dpu.Client.PreviewAsync(Submission(new() { ["lce010"] = ["a"], ["lce009"] = ["b", "c"], ["localhost"] = ["d"] }) with { MaxPerNode = 2 }, None);

        var step = plan.Steps.ShouldHaveSingleItem();
        step.Hosts.ShouldBe([new PlannedHost("here", 1, true), new PlannedHost("lce009", 2, false), new PlannedHost("lce010", 1, false)]);
        step.MaxPerNode.ShouldBe(2);
        plan.Warnings.ShouldNotBeNull().ShouldHaveSingleItem().ShouldStartWith("lce009 and lce010 are no nodes");
        (await NewestAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task The_same_lines_on_other_hosts_are_another_wish()
    {
        var key = IdempotencyKey.Create();
        var first = await dpu.Client.SubmitAsync(Submission(new() { ["here"] = ["a"] }), key, None);

        (await dpu.Client.SubmitAsync(Submission(new() { ["localhost"] = ["a"] }), key, None)).JobId.ShouldBe(first.JobId);
        (await Should.ThrowAsync<DpuRefusedException>(() => dpu.Client.SubmitAsync(Submission(new() { ["lce001"] = ["a"] }), key, None))).Message.ShouldContain($"{first.JobId}");
    }

    [Theory]
    [InlineData("""{"command":["true"],"lines":["a"],"hosts":{"here":["a"]}}""", 422, "bad-hosts")]
    [InlineData("""{"command":["true"],"hosts":{"here":["a\nb"]}}""", 422, "bad-line")]
    [InlineData("""{"command":["true"],"hosts":{"here":[]}}""", 422, "bad-command")]
    [InlineData("""{"command":["true"],"hosts":{"here":null}}""", 400, "bad-json")]
    [InlineData("""{"command":["true"],"hosts":{"":["a"]}}""", 400, "bad-json")]
    [InlineData("""{"command":["true"],"maxPerNode":0}""", 422, "bad-max-per-node")]
    [InlineData("""{"command":["true"],"expectedSeconds":-1}""", 422, "bad-estimate")]
    public async Task What_cannot_be_meant_is_refused(string body, int status, string code)
    {
        using var answer = await dpu.Owner.PostAsync(dpu.At("/exec"), body, IdempotencyKey.Create());
        await answer.ProblemAsync(status, code);
    }

    private static ExecSubmission Submission(Dictionary<string, IReadOnlyList<string>> hosts) => new(["true", "{}"], Hosts: hosts, ExpectedSeconds: 5);

    private async Task<IEnumerable<int>> NewestAsync() => (await dpu.Client.GetJobsAsync(new JobQuery { Limit = 1 }, None)).Select(job => job.JobId);
}
