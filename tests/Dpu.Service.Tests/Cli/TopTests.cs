using System.Text.Json;
using Dpu.Cli;
using Dpu.Cli.Top;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Tests.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Cli;

public sealed class TopTests
{
    private const string Stats = """
        {"jobs":{"total":2,"byStatus":{"RUNNING":1,"FINISHED":1}},"tasks":{"N":80,"E":0,"A":0,"S":70,"U":0},"tasksPerSecondLastMinute":41.25,"users":[],
         "nodes":[{"name":"local","state":"Up","cpus":4,"memoryBytes":8589934592,"running":2,"tags":[],"reason":null,"waiting":1}],"deadLetters":0,"uptimeSeconds":7384,"state":"ready"}
        """;

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 10)]
    [InlineData(200, 60)]
    public void A_screen_is_never_larger_than_the_terminal(int width, int height)
    {
        var jobs = Enumerable.Range(1, 500).Select(id => Job(id, id % 3 == 0 ? "RUNNING" : "QUEUED") with { Sequence = new string('x', 300) });
        var nodes = Enumerable.Range(1, 90).Select(id => new NodeInfo($"a-node-with-a-rather-long-name-{id}", "Up", 64, 1L << 38, 10, [], null)).ToList();
        var lines = TopScreen.Draw(Model(nodes).With(jobs), width, height).Select(Text).ToList();
        lines.Count.ShouldBeLessThanOrEqualTo(height);
        lines.Max(line => line.Length).ShouldBeLessThanOrEqualTo(width);
        lines.ShouldContain(line => line.StartsWith("and ", StringComparison.Ordinal) && line.Contains("more nodes", StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_runs_comes_first_and_what_ended_last_comes_before_what_ended_earlier()
    {
        var model = Model([]).With(
        [
            Job(1, "FINISHED") with { Ended = Now.AddMinutes(-5) },
            Job(2, "FAILED") with { Ended = Now.AddMinutes(-1) },
            Job(3, "QUEUED"),
            Job(4, "QUEUED") with { Priority = 5 },
            Job(5, "HELD"),
            Job(6, "RUNNING"),
        ]);
        model.InOrder().Select(job => job.JobId).ShouldBe([6, 5, 4, 3, 2, 1]);
    }

    [Fact]
    public void A_thousand_jobs_that_ended_are_not_kept()
    {
        var model = Enumerable.Range(1, 1000).Aggregate(Model([]), (before, id) => before.With([Job(id, "FINISHED") with { Ended = Now.AddSeconds(id) }]));
        model.Jobs.Count.ShouldBe(100);
        model.Jobs.Keys.Min().ShouldBe(901);
    }

    [Fact]
    public void Nothing_that_users_wrote_moves_the_cursor_or_is_taken_for_markup()
    {
        var lines = TopScreen.Draw(Model([]).With([Job(1, "RUNNING") with { Sequence = "\x1b[2J[red]x[/]\n" }]), 120, 24).Select(Text);
        lines.ShouldContain(line => line.EndsWith("\\x1b[2J[red]x[/]\\n", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_connection_is_said_above_what_was_known() =>
        TopScreen.Draw(Model([]) with { Lost = "The DPU does not answer." }, 80, 24).Select(Text).ShouldContain("! The DPU does not answer.");

    [Fact]
    public async Task Once_prints_one_picture_without_any_control_sequence()
    {
        var run = await CliRun.Of(Dpu(), "top", "--once");
        run.ExitCode.ShouldBe(ExitCodes.Done);
        run.Out.ShouldNotContain("\x1b");
        var lines = run.Out.Split('\n');
        lines[0].ShouldBe("dpu schmidt 1.2.3  ready  up 2:03:04                                09:55:55 UTC");
        lines[1].ShouldBe("jobs   RUNNING 1  FINISHED 1");
        lines[2].ShouldBe("tasks  N/E/A/S/U 80/0/0/70/0   41.25 tasks/s in the last minute");
        run.Out.ShouldContain("local  Up           [#####.....]      2      1  8 GiB\n");
        run.Out.ShouldContain("  84820  RUNNING    [#####.....]  5/0/0/5/0");
        lines.Max(line => line.Length).ShouldBeLessThanOrEqualTo(80);
    }

    [Fact]
    public async Task Json_once_is_one_document_with_all_of_it()
    {
        var run = await CliRun.Of(Dpu(), "top", "--once", "--json");
        var report = JsonDocument.Parse(run.Out).RootElement;
        report.GetProperty("dpu").GetProperty("dpu").GetString().ShouldBe("schmidt");
        report.GetProperty("stats").GetProperty("tasksPerSecondLastMinute").GetDouble().ShouldBe(41.25);
        report.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("jobId").GetInt32()).ShouldBe([84820, 84819]);
    }

    [Fact]
    public async Task On_a_terminal_it_goes_on_until_q_is_typed_and_leaves_the_screen_as_it_was()
    {
        var frames = 0;
        var run = await CliRun.With(
            Dpu().When(HttpMethod.Get, "/jobs/events?all=true", () => FakeDpu.Events("event: start\nid: 1\ndata: {}\n\n")),
            context => context with { OutIsTerminal = true, Variable = name => name == "TERM" ? "xterm" : name == "NO_COLOR" ? "1" : context.Variable(name), WindowSize = () => (80, 24), IsQuitTyped = () => ++frames == 3 },
            "top");
        run.ExitCode.ShouldBe(ExitCodes.Done);
        run.Out.ShouldStartWith("\x1b[?1049h");
        run.Out.ShouldEndWith("\x1b[?1049l");
        run.Out.Split("\x1b[H").Length.ShouldBe(1 + 3);
        run.Out.ShouldNotContain("\x1b[1m");
    }

    [Fact]
    public async Task The_stream_of_the_queue_says_when_lists_are_outdated()
    {
        var dpu = new FakeDpu()
            .Then(() => FakeDpu.Events("event: start\nid: 7\ndata: {}\n\nevent: job\nid: 8\ndata: " + Samples.Job("RUNNING", "0/0/0/2/0") + "\n\n", breaks: true))
            .Then(() => FakeDpu.Events("event: start\nid: 9\ndata: {}\n\nevent: many\nid: 10\ndata: {}\n\n"));
        using var client = dpu.Client();
        var seen = new List<QueueChange>();
        await foreach (var change in client.WatchQueueAsync(all: true, CancellationToken.None))
        {
            seen.Add(change);
            if (seen.Count == 4)
            {
                break;
            }
        }

        seen.Select(change => change.Job?.JobId).ShouldBe([null, 84820, null, null]);
    }

    private static FakeDpu Dpu() => new FakeDpu()
        .When(HttpMethod.Get, "/health", """{"dpu":"schmidt","version":"1.2.3","role":"embedded","state":"ready"}""")
        .When(HttpMethod.Get, "/stats", Stats)
        .When(HttpMethod.Get, "/jobs?all=true&status=RUNNING&limit=200", $"[{Samples.Job("RUNNING", "5/0/0/5/0")}]")
        .When(HttpMethod.Get, "/jobs?all=true&status=HELD&limit=200", "[]")
        .When(HttpMethod.Get, "/jobs?all=true&status=QUEUED&limit=200", "[]")
        .When(HttpMethod.Get, "/jobs?all=true&limit=200", $"[{Samples.Job("RUNNING", "5/0/0/5/0")},{Samples.Job("FINISHED", "75/0/0/0/0", 84819)}]");

    private static TopModel Model(IReadOnlyList<NodeInfo> nodes) => new(
        new HealthInfo("schmidt", "1.2.3", "embedded", HealthInfo.Ready),
        new DpuStats(new JobTotals(0, new Dictionary<string, int>()), new JobCounts(0, 0, 0, 0, 0), 0, [], nodes, 0, 100, State: HealthInfo.Ready),
        Now);

    private static JobSummary Job(int id, string status) => new(id, "Reduce", "schmidt", status, new JobCounts(1, 0, 0, 1, 0), Now.AddHours(-1), Now.AddMinutes(-30), null);

    private static string Text(string markup) => Spectre.Console.Markup.Remove(markup);
}
