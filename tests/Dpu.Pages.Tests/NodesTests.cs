using System.Net;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests;

/// <summary>Nodes in a browser.</summary>
public sealed class NodesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Nodes_are_lines_with_load_and_what_is_the_matter()
    {
        await using var pages = await PageHost.StartAsync();
        pages.Api.Answers<IReadOnlyList<NodeInfo>>(
            "GET /nodes",
            [
                new NodeInfo("n 1", "Up", 8, 16L << 30, 3, [], null) { Waiting = 2, Version = "1.2", Missing = ["swarp"] },
                new NodeInfo("n2", "Quarantined", 8, 0, 0, [], "it failed tasks of several jobs"),
            ],
            ApiJson.Default.IReadOnlyListNodeInfo);
        var html = await pages.GetAsync("/nodes");
        html.ShouldContain("<a href=\"/nodes/n%201\">n 1</a>");
        html.ShouldContain("3 of 8 &#x2B;2");
        html.ShouldContain("16 GiB");
        html.ShouldContain("It has no swarp.");
        html.ShouldContain("it failed tasks of several jobs");
        html.ShouldContain("1 of 2 nodes are given work");
    }

    [Fact]
    public async Task A_node_tells_what_runs_there_and_is_for_operators_to_drain()
    {
        await using var pages = await PageHost.StartAsync();
        Node(pages, new NodeInfo("n1", "Up", 8, 0, 1, ["fast"], null), new NodeTask(7, 3, 2, "Coadd", "jane", Noon));
        var html = await pages.GetAsync("/nodes/n1");
        html.ShouldContain("<a href=\"/jobs/7/tasks/3\">3</a>, attempt 2");
        html.ShouldNotContain("/nodes/n1/drain");

        BeOperator(pages);
        html = await pages.GetAsync("/nodes/n1");
        html.ShouldContain("action=\"/nodes/n1/drain\"");
        html.ShouldNotContain("action=\"/nodes/n1/lost\"", Case.Sensitive, "it lives");
        html.ShouldNotContain("action=\"/nodes/n1/resume\"");
    }

    [Fact]
    public async Task What_is_asked_of_a_node_is_done_or_said_why_not()
    {
        await using var pages = await PageHost.StartAsync();
        BeOperator(pages);
        var cutOff = new NodeInfo("n1", "CutOff", 8, 0, 1, [], "nothing was heard of it") { Drained = true };
        Node(pages, cutOff);
        pages.Api.Answers("POST /nodes/n1/resume", cutOff, ApiJson.Default.NodeInfo);
        var done = await pages.PostAsync("/nodes/n1/resume");
        (done.StatusCode, done.Headers.Location?.ToString()).ShouldBe((HttpStatusCode.SeeOther, "/nodes/n1"));

        pages.Api.Refuses("POST /nodes/n1/lost", new Problem("Refused", 409, "It is connected: it is not lost.", "connected"));
        var refused = await pages.PostAsync("/nodes/n1/lost");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("It is connected: it is not lost.");
    }

    private static void Node(PageHost pages, NodeInfo node, params NodeTask[] tasks)
    {
        pages.Api.Answers($"GET /nodes/{node.Name}", node, ApiJson.Default.NodeInfo);
        pages.Api.Answers<IReadOnlyList<NodeTask>>($"GET /nodes/{node.Name}/tasks", tasks, ApiJson.Default.IReadOnlyListNodeTask);
    }

    private static void BeOperator(PageHost pages) => pages.Api.Answers("GET /whoami", new WhoAmI("root", "operator", [], "common", "project", null, null), ApiJson.Default.WhoAmI);
}
