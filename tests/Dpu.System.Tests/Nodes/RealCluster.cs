using System.Diagnostics;
using System.Globalization;
using Dpu.System.Tests.Commands;
using Dpu.System.Tests.Crashes;
using Dpu.System.Tests.Processes;
using Shouldly;

namespace Dpu.System.Tests.Nodes;

/// <summary>How long a cluster of the tests waits for its nodes.</summary>
internal enum Patience
{
    /// <summary>A node is fenced after 3 s and given up after 6 s.</summary>
    Short,

    /// <summary>Fenced after a minute: whatever happens meanwhile on a busy machine costs nothing.</summary>
    Long,
}

/// <summary>A frontend without a node of its own, and nodes in processes of their own, all on this machine.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private readonly RealDpu _dpu = new();
    private readonly List<RealNode> _nodes = [];
    private readonly Dictionary<int, int> _beats = [];

    public RealDpu Dpu => _dpu;

    public IReadOnlyList<RealNode> Nodes => _nodes;

    /// <summary>What the tasks write down.</summary>
    public string EvidencePath => Path.Combine(_dpu.Home, "evidence.txt");

    public Evidence Evidence => Evidence.Read(EvidencePath);

    public static async Task<RealCluster> StartAsync(int nodes, int cpus = 4, Patience patience = Patience.Short, string host = "127.0.0.1")
    {
        var cluster = new RealCluster();
        await cluster._dpu.StartAsync(Options(patience, host));
        (await cluster._dpu.RunAsync("key", "create", "--for", "node", "--reusable", "--out", cluster.KeyFile)).Exits(0);
        for (var number = 1; number <= nodes; number++)
        {
            await cluster.AddNodeAsync($"n{number}", cpus);
        }

        return cluster;
    }

    public string KeyFile => Path.Combine(_dpu.Home, "node.key");

    /// <summary>What its frontend is started with, again if need be.</summary>
    public static string[] Options(Patience patience, string host = "127.0.0.1") =>
    [
        "--role", "frontend", "-D", $"dpu.http.host={host}", "-D", "dpu.cluster.heartbeat=200 ms", "-D", "dpu.task.kill-grace=1 s", "-D", "dpu.service.stop-grace=0 s", "-D", "dpu.cluster.fence-margin=1 s",
        "-D", $"dpu.cluster.node-timeout={(patience == Patience.Short ? 6 : 90)} s", "-D", $"dpu.cluster.fence-after={(patience == Patience.Short ? 3 : 60)} s",
    ];

    public Task<RealNode> AddNodeAsync(string name, int cpus = 4) => AddNodeAsync(name, cpus, _dpu.Address.GetLeftPart(UriPartial.Authority), []);

    /// <summary>A node in a network of its own.</summary>
    public Task<RealNode> AddNodeAsync(string name, OwnNetwork network) => AddNodeAsync(name, 4, $"https://{network.HostAddress}:{_dpu.Address.Port}", network.Prefix);

    private async Task<RealNode> AddNodeAsync(string name, int cpus, string frontend, IReadOnlyList<string> prefix)
    {
        var node = new RealNode(name, Path.Combine(_dpu.Home, name), options => Within(prefix,
        [
            "node", "--frontend", frontend, "--key-file", KeyFile, "--cpus", cpus.ToString(CultureInfo.InvariantCulture),
            "-D", "dpu.task.kill-grace=1 s", "-D", "dpu.service.stop-grace=0 s", .. options,
        ]));
        _nodes.Add(node);
        await node.StartAsync();
        return node;
    }

    /// <summary>Any program in a network of its own.</summary>
    public Task<ProgramRun> RunInAsync(OwnNetwork network, string program, params string[] arguments) =>
        ProgramRun.OfAsync(Prefixed(_dpu.Command(arguments), [.. network.Prefix, program]));

    private ProcessStartInfo Within(IReadOnlyList<string> prefix, IEnumerable<string> arguments)
    {
        var start = _dpu.Command(arguments);
        return prefix.Count == 0 ? start : Prefixed(start, [.. prefix, start.FileName]);
    }

    /// <summary>The same arguments and surroundings behind other words.</summary>
    private static ProcessStartInfo Prefixed(ProcessStartInfo start, IReadOnlyList<string> words)
    {
        start.FileName = words[0];
        for (var word = words.Count - 1; word > 0; word--)
        {
            start.ArgumentList.Insert(0, words[word]);
        }

        return start;
    }

    /// <summary>So many tasks that show ten times a second that they are alive.</summary>
    public async Task<int> SubmitAsync(int tasks, int beats)
    {
        var script = _dpu.NewFile("task.sh", Evidence.Script(beats));
        var lines = _dpu.NewFile("lines", string.Concat(Enumerable.Range(0, tasks).Select(task => $"{task}\n")));
        var job = await _dpu.SubmitAsync("exec", "--each", lines, "--", "sh", script, EvidencePath);
        _beats[job] = beats;
        return job;
    }

    /// <summary>A node runs something.</summary>
    public Task RunsOnAsync(RealNode node) =>
        Eventually.HoldsAsync(() => ProcessTable.Mentioning(node.Data).Count > (node.KeeperId is null ? 1 : 2), $"node {node.Name} runs something");

    /// <summary>
    /// The job ends with every task normal, each accepted from one attempt, no two attempts of a task alive at once, and all that the accepted ones printed
    /// there, in order.
    /// </summary>
    public async Task EndsWellAsync(int job, int tasks)
    {
        var end = await _dpu.EndOfAsync(job);
        end.Status.ShouldBe("FINISHED");
        end.Counts.ToString().ShouldBe($"{tasks}/0/0/0/0");
        Evidence.Overlaps().ShouldBeEmpty();
        var detail = await _dpu.Client.GetJobAsync(job, tasks: true, CancellationToken.None);
        detail.Tasks!.Select(task => task.Attempts.Count(attempt => attempt.ExitCode == 0)).ShouldAllBe(accepted => accepted == 1);
        var printed = await PrintedByAttemptAsync(job);
        foreach (var task in detail.Tasks!)
        {
            var accepted = $"{job}/{task.Task}/{task.Attempts.Single(attempt => attempt.ExitCode == 0).Attempt}";
            printed[accepted].ShouldBe(Enumerable.Range(1, _beats[job]));
        }
    }

    /// <summary>The numbers of the lines that each attempt printed, in the order in which they stand in the log.</summary>
    private async Task<ILookup<string, int>> PrintedByAttemptAsync(int job)
    {
        var lines = new List<string>();
        await foreach (var line in _dpu.Client.GetLogsAsync(job, null, CancellationToken.None))
        {
            lines.Add(line.Text);
        }

        return lines.Select(line => line.Split(' ')).Where(words => words is ["line", _, "of", _])
            .ToLookup(words => words[3], words => int.Parse(words[1], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            node.Signal("CONT");
            node.KillService();
            node.Dispose();
        }

        await _dpu.DisposeAsync();
    }
}
