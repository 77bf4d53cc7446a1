using Dpu.Client;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>What operators do to nodes, over HTTP.</summary>
[Collection(SharedDpu.Name)]
public sealed class NodeLifeTests(RunningDpu dpu)
{
    [Fact]
    public async Task A_drained_node_is_given_nothing_until_it_is_resumed_and_explain_says_so()
    {
        await UntilAsync(async () => await NodeAsync() is { State: "Up" });
        var node = await dpu.Client.DrainAsync("here", CancellationToken.None);
        try
        {
            (node.State, node.Drained, node.Running, node.Waiting).ShouldBe(("Draining", true, 0, 0));
            (await dpu.Client.DrainAsync("here", CancellationToken.None)).State.ShouldBe("Draining");
            var job = await dpu.ExecAsync("true");
            var reason = (await dpu.Client.ExplainAsync(job, CancellationToken.None)).Reasons.ShouldHaveSingleItem();
            (reason.Code, reason.Suggestion).ShouldBe(("nodes-unfit", "'dpu nodes' says why; 'dpu resume here' gives it work again"));
            reason.Message.ShouldBe("1 task of true waits: here would fit, but is drained.");

            var resumed = await dpu.Client.ResumeAsync("here", CancellationToken.None);
            (resumed.State, resumed.Drained, resumed.Reason).ShouldBe(("Up", false, null));
            (await dpu.EndOfAsync(job)).Status.ShouldBe("FINISHED");
        }
        finally
        {
            await dpu.Client.ResumeAsync("here", CancellationToken.None);
        }
    }

    [Fact]
    public async Task What_waits_on_a_drained_node_is_given_back_and_what_runs_goes_on()
    {
        var folder = dpu.NewFolder();
        var go = Path.Combine(folder, "go");
        string[] lines = [.. Enumerable.Range(0, 40).Select(line => $"{line}")];
        // The first ones are known to be short, so that others are given ahead; then four hold the node.
        var job = await dpu.Client.SubmitAsync(
            new ExecSubmission(["sh", "-c", $"touch '{folder}'/$0; [ $0 -lt 8 ] || until [ -e '{go}' ]; do sleep 0.02; done", "{}"], lines),
            IdempotencyKey.Create(),
            CancellationToken.None);
        await UntilAsync(async () => (await NodeAsync()) is { Running: 4, Waiting: > 0 } && Directory.GetFiles(folder).Length >= 12);
        try
        {
            await dpu.Client.DrainAsync("here", CancellationToken.None);
            await UntilAsync(async () => await NodeAsync() is { Running: 4, Waiting: 0 });
            await File.WriteAllTextAsync(go, "");
            await UntilAsync(async () => await NodeAsync() is { Running: 0, Waiting: 0 });
            (await dpu.Client.GetJobAsync(job.JobId, tasks: false, CancellationToken.None)).Status.ShouldBe("RUNNING");
        }
        finally
        {
            await dpu.Client.ResumeAsync("here", CancellationToken.None);
        }

        var end = await dpu.EndOfAsync(job.JobId);
        (end.Status, end.Counts.N).ShouldBe(("FINISHED", 40));
        var tasks = (await dpu.Client.GetJobAsync(job.JobId, tasks: true, CancellationToken.None)).Tasks!;
        tasks.SelectMany(task => task.Attempts).Where(attempt => attempt.Cause is not null).ShouldAllBe(attempt => attempt.Cause == "returned" && attempt.ExitCode == null);
        tasks.ShouldContain(task => task.Attempts.Count == 2);
    }

    [Fact]
    public async Task A_node_that_there_is_not_is_refused_with_the_nearest_name()
    {
        foreach (var act in (Func<Task>[])[() => dpu.Client.DrainAsync("her", default), () => dpu.Client.ResumeAsync("her", default), () => dpu.Client.DeclareLostAsync("her", default)])
        {
            var refused = await Should.ThrowAsync<DpuRefusedException>(act);
            (refused.Problem.Status, refused.Problem.Code, refused.Problem.Detail).ShouldBe((404, "unknown-node", "There is no node 'her'. Did you mean 'here'?"));
        }
    }

    [Fact]
    public async Task A_node_that_is_connected_is_not_given_up()
    {
        var refused = await Should.ThrowAsync<DpuRefusedException>(() => dpu.Client.DeclareLostAsync("here", CancellationToken.None));
        (refused.Problem.Status, refused.Problem.Code).ShouldBe((409, "connected"));
        refused.Problem.Detail!.ShouldBe("Node here is connected: drain it (dpu drain here), or stop it first.");
    }

    [Fact]
    public async Task Visitors_change_nothing()
    {
        using var answer = await dpu.Visitor.PostAsync(dpu.At("/nodes/here/drain"), new StringContent("{}"));
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    private async Task<NodeInfo> NodeAsync() => (await dpu.Client.GetNodesAsync(CancellationToken.None)).Single(node => node.Name == "here");

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
