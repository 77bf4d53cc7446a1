using System.CommandLine;
using System.Globalization;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Cli.Ssh;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Service.Pilots;

namespace Dpu.Cli.Commands;

/// <summary>Starts a node on a host where there is nothing but ssh.</summary>
internal sealed class NodeStartCommand : DpuCommand
{
    private static readonly TimeSpan CopyTime = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan JoinTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KeyLife = TimeSpan.FromHours(1);

    private readonly SshOptions _ssh = new();
    private readonly Option<string?> _frontend = new("--frontend") { Description = "Where frontends answer nodes (where this DPU says that it does, unless told)", HelpName = "URL[,URL]" };
    private readonly Option<string?> _cpus = new("--cpus") { Description = "How many cpus its tasks may hold together", HelpName = "N" };
    private readonly Option<string?> _memory = new("--memory") { Description = "How much memory they may hold together, such as 64GiB", HelpName = "SIZE" };
    private readonly Option<string[]> _tags = new("--tag") { Description = "A word that steps may ask of their node; may be repeated", HelpName = "T" };
    private readonly Option<bool> _json = JsonOption("{\"name\",\"data\"}");

    public NodeStartCommand()
        : base(
            "start",
            "Starts a node on a host by ssh, with the program if the host has none, and waits until it has joined",
            "dpu node start --ssh lce001 --frontend https://frontend.example.org:8470",
            "dpu node start --ssh astro@lce002 --ssh-option=-p --ssh-option=2222 --name fast-1 --cpus 16 --tag fast")
    {
        _ssh.AddTo(this);
        Add(_frontend);
        Add(_cpus);
        Add(_memory);
        Add(_tags);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var host = _ssh.Read(invocation, CopyTime);
        var name = _ssh.NameOf(invocation);
        var arguments = ArgumentsOf(invocation);
        using var http = context.OpenClient(invocation.Dpu);
        if (await FindAsync(http, name) is { State: "Up" })
        {
            throw new ServiceFailedException($"There is a node '{name}' already, and it is up: give this one another --name, or stop that one.", ExitCodes.WrongCommand);
        }

        context.Say("Preparing the program.");
        var package = await http.GetPackageAsync(CancellationToken.None);
        var key = await http.CreateKeyAsync(new KeyRequest("node", Reusable: false, KeyLife.TotalSeconds, $"ssh {name}"), CancellationToken.None);
        try
        {
            var data = await host.RunAsync(NodeScript.Detached(StartOf(invocation, name, package, key, arguments)), CancellationToken.None);
            await AwaitJoinAsync(http, context, host, name, data);
            Tell(invocation, name, data);
            return ExitCodes.Done;
        }
        catch
        {
            // Nobody else is to use what this one did not.
            await RevokeAsync(http, key.Id);
            throw;
        }
    }

    private IReadOnlyList<string> ArgumentsOf(Invocation invocation)
    {
        List<string> arguments = [];
        if (Values.WholeNumber("--cpus", invocation.Get(_cpus), 1) is { } cpus)
        {
            arguments.AddRange(["--cpus", cpus.ToString(CultureInfo.InvariantCulture)]);
        }

        if (Values.Size("--memory", invocation.Get(_memory)) is { } memory)
        {
            arguments.AddRange(["--memory", memory.ToString(CultureInfo.InvariantCulture)]);
        }

        arguments.AddRange((invocation.Get(_tags) ?? []).SelectMany(tag => new[] { "--tag", tag }));
        return arguments;
    }

    private NodeStart StartOf(Invocation invocation, string name, PackageInfo package, KeyCreated key, IReadOnlyList<string> arguments)
    {
        var frontends = invocation.Get(_frontend) is { } given ? NodeCommand.Frontends(given) : package.Frontends;
        var program = new RunningProgram(Path.GetDirectoryName(package.Program)!, Path.GetFileName(package.Program), Path.GetDirectoryName(package.Dotnet)!, []);
        return new NodeStart(name, frontends, package.Sha256, program, package.ProgramSha256)
        {
            Key = key.Line!,
            Data = _ssh.DataOf(invocation) ?? "",
            Arguments = [.. package.Arguments, .. arguments],
        };
    }

    private static async Task AwaitJoinAsync(DpuHttpClient http, CliContext context, SshHost host, string name, string data)
    {
        using var late = new CancellationTokenSource(JoinTime, context.Time);
        try
        {
            while (await FindAsync(http, name) is not { State: "Up" })
            {
                await Task.Delay(LookEvery, context.Time, late.Token);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            var said = await host.RunAsync(NodeScript.LastWords(data), CancellationToken.None);
            throw new ServiceFailedException($"The node was started, but has not joined within {JoinTime.TotalSeconds} s. Its log ends with: {said}", ExitCodes.NoAnswer);
        }
    }

    private void Tell(Invocation invocation, string name, string data)
    {
        if (invocation.Get(_json))
        {
            invocation.Context.WriteJson(new StartedNode(name, data), ApiJson.Readable.StartedNode);
        }
        else
        {
            invocation.Context.Out.WriteLine($"Node '{name}' is up. Its data and its log are in {data} on {invocation.Get(_ssh.Host)}.");
        }
    }

    private static async Task<NodeInfo?> FindAsync(DpuHttpClient http, string name) =>
        (await http.GetNodesAsync(CancellationToken.None)).FirstOrDefault(node => node.Name == name);

    private static async Task RevokeAsync(DpuHttpClient http, string id)
    {
        try
        {
            await http.RevokeKeyAsync(id, CancellationToken.None);
        }
        catch (DpuException)
        {
            // What failed before is what the user should read; the key ends by itself within the hour.
        }
    }
}
