using System.Net;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class NodeCommandTests
{
    private const string Busy = """{"name":"w 1","state":"Draining","cpus":4,"memoryBytes":0,"running":2,"waiting":1,"tags":[],"reason":"it was drained; 3 tasks there may end","drained":true}""";
    private const string Empty = """{"name":"w 1","state":"Draining","cpus":4,"memoryBytes":0,"running":0,"waiting":0,"tags":[],"reason":"it was drained, and nothing runs there","drained":true}""";

    [Fact]
    public async Task Drain_does_not_wait_when_told_so()
    {
        var run = await CliRun.Of(new FakeDpu().When(HttpMethod.Post, "/nodes/w%201/drain", Busy), "drain", "w 1", "--no-wait");

        (run.ExitCode, run.Out, run.Error).ShouldBe((0, "", "Node w 1 is drained: it is given nothing more until 'dpu resume w 1'.\n"));
    }

    [Fact]
    public async Task Drain_is_done_at_once_where_nothing_runs()
    {
        var run = await CliRun.Of(new FakeDpu().When(HttpMethod.Post, "/nodes/w%201/drain", Empty), "drain", "w 1", "--json");

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("\"drained\":true");
        run.Error.ShouldEndWith("Nothing runs on node w 1.\n");
    }

    [Fact]
    public async Task Drain_says_what_still_runs_when_its_time_is_over()
    {
        // Time of these tests is over at once.
        var dpu = new FakeDpu().When(HttpMethod.Post, "/nodes/w%201/drain", Busy).When(HttpMethod.Get, "/nodes", $"[{Busy}]");

        var run = await CliRun.Of(dpu, "drain", "w 1", "--timeout", "90");

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("2 tasks run there, and 1 waits.\n");
        run.Error.ShouldEndWith("Node w 1 is not empty after 1:30: 2 tasks run there, and 1 waits. It stays drained.\n");
    }

    [Theory]
    [InlineData("--timeout", "soon", "--timeout takes a time")]
    [InlineData("--timeout", "40d", "--timeout takes at most 30 days")]
    public async Task Drain_refuses_a_time_that_is_none(string option, string value, string says)
    {
        var run = await CliRun.Of(new FakeDpu(), "drain", "w", option, value);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(says);
    }

    [Fact]
    public async Task Resume_says_what_else_is_the_matter()
    {
        var away = Empty.Replace("Draining", "CutOff", StringComparison.Ordinal).Replace("it was drained, and", "it cannot be reached;", StringComparison.Ordinal);

        var run = await CliRun.Of(new FakeDpu().When(HttpMethod.Post, "/nodes/w/resume", away), "resume", "w");

        (run.ExitCode, run.Error).ShouldBe((0, "Node w 1 may be given work again, but is cut off: it cannot be reached; nothing runs there.\n"));
    }

    [Fact]
    public async Task Lost_asks_nothing_and_is_refused_with_a_sentence()
    {
        var dpu = new FakeDpu().When(HttpMethod.Post, "/nodes/w/lost", () => FakeDpu.Problem(
            HttpStatusCode.Conflict, """{"title":"Conflict","status":409,"detail":"Node w is connected: drain it (dpu drain w), or stop it first.","code":"connected"}"""));

        var run = await CliRun.Of(dpu, "lost", "w");

        (run.ExitCode, run.Error).ShouldBe((2, "dpu: Node w is connected: drain it (dpu drain w), or stop it first.\n"));
    }

    [Fact]
    public async Task Nodes_are_listed_with_what_waits_what_is_missing_and_why()
    {
        var lacking = """{"name":"w2","state":"Up","cpus":2,"memoryBytes":1024,"running":1,"waiting":0,"tags":["gpu"],"host":"rack7","missing":["reduce","coadd"]}""";

        var run = await CliRun.Of(new FakeDpu().When(HttpMethod.Get, "/nodes", $"[{Busy},{lacking}]"), "nodes");

        run.Out.ShouldContain("NODE  STATE     RUNNING  WAITING  CPUS  MEMORY  HOST   TAGS");
        run.Out.ShouldContain("w 1 is draining: it was drained; 3 tasks there may end.");
        run.Out.ShouldContain("w2 is given nothing that needs reduce, coadd: it does not have that.");
    }
}
