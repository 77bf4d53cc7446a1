using System.CommandLine;
using System.Globalization;
using Dpu.Cli.Arguments;
using Dpu.Service;

namespace Dpu.Cli.Commands;

internal sealed class NodeCommand : DpuCommand
{
    private readonly HostingOptions _hosting = new("backend");
    private readonly Option<string> _frontend = new("--frontend") { Description = "Where frontends answer; several are tried in turn", HelpName = "URL[,URL]", Required = true };
    private readonly Option<string?> _keyFile = new("--key-file") { Description = "The key that lets the node in for the first time, as 'dpu key create --for node --out FILE' writes it", HelpName = "FILE" };
    private readonly Option<string?> _name = new("--name") { Description = "The node's name in the DPU (this machine's name unless told)", HelpName = "S" };
    private readonly Option<string?> _cpus = new("--cpus") { Description = "How many cpus its tasks may hold together (all that its control group allows unless told)", HelpName = "N" };
    private readonly Option<string?> _memory = new("--memory") { Description = "How much memory they may hold together, such as 64GiB", HelpName = "SIZE" };
    private readonly Option<string[]> _tags = new("--tag") { Description = "A word that steps may ask of their node; may be repeated", HelpName = "T" };

    private readonly Option<string?> _until = new("--until") { Description = "When the host ends it (UTC, or seconds since 1970): it takes nothing more in time, and leaves before", HelpName = "TIME" };
    private readonly Option<string?> _idleExit = new("--idle-exit") { Description = "It leaves when nothing was given to it for so long, such as 10m", HelpName = "TIME" };

    public NodeCommand()
        : base(
            "node",
            "Runs a backend node until SIGTERM or Ctrl-C; a second one ends it at once. After SIGHUP it reads its tags again; its capacity and all else need a restart",
            "dpu node --frontend https://frontend.example.org:8470 --key-file node.key",
            "dpu node --frontend http://127.0.0.1:8470 --name second --data /scratch/dpu --cpus 4 --memory 16GiB --tag gpu")
    {
        Add(_frontend);
        Add(_keyFile);
        Add(_name);
        Add(_cpus);
        Add(_memory);
        Add(_tags);
        Add(_until);
        Add(_idleExit);
        _hosting.AddTo(this);
        Add(new NodeStartCommand());
        Add(new NodeStopCommand());
        // It is a command also without one of these: the parser would ask for one.
        SetAction(static _ => ExitCodes.Done);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var interrupt = context.CatchInterrupt();
        NodeHost? running = null;
        using var hangup = ReloadOnHangup.Catch(context, () => Volatile.Read(ref running)?.Reload(), interrupt);
        await using var node = await StartAsync(Read(invocation), context, interrupt.Token);
        Volatile.Write(ref running, node);
        context.Say($"Node '{node.Name}' keeps its data in {node.DataDirectory}. Ctrl-C stops it.");
        await WaitAsync(node, interrupt.Token);
        if (interrupt.Token.IsCancellationRequested)
        {
            context.Say("Stopping: nothing more is taken; what runs may end.");
        }

        await node.StopAsync();
        context.Say("Stopped.");
        return ExitCodes.Done;
    }

    private NodeRequest Read(Invocation invocation)
    {
        var configuration = _hosting.Read(invocation);
        var tags = invocation.Get(_tags) ?? [];
        List<KeyValuePair<string, string>> more = [.. configuration.Overrides];
        Add(more, "dpu.node.name", Values.NotEmpty("--name", invocation.Get(_name)) is { } name ? Text(name) : null);
        Add(more, "dpu.node.cpus", Values.WholeNumber("--cpus", invocation.Get(_cpus), 1)?.ToString(CultureInfo.InvariantCulture));
        Add(more, "dpu.node.memory", Values.Size("--memory", invocation.Get(_memory))?.ToString(CultureInfo.InvariantCulture));
        Add(more, "dpu.node.tags", tags.Length == 0 ? null : $"[{string.Join(", ", tags.Select(Text))}]");
        return new NodeRequest(configuration with { Overrides = more }, Frontends(invocation.Get(_frontend)!), Values.NotEmpty("--key-file", invocation.Get(_keyFile)))
        {
            Until = Values.Time("--until", invocation.Get(_until)),
            IdleExit = Values.Seconds("--idle-exit", invocation.Get(_idleExit)) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }

    private static void Add(List<KeyValuePair<string, string>> overrides, string key, string? value)
    {
        if (value is not null)
        {
            overrides.Add(KeyValuePair.Create(key, value));
        }
    }

    private static string Text(string value) => $"\"{System.Text.Json.JsonEncodedText.Encode(value)}\"";

    /// <summary>Commas part addresses here as `dpu node` has always been documented; no address has one.</summary>
    internal static IReadOnlyList<Uri> Frontends(string text)
    {
        var addresses = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return addresses.Length == 0
            ? throw new UsageException("--frontend takes at least one address, such as https://frontend.example.org:8470.")
            : [.. addresses.Select(address => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new UsageException($"--frontend takes addresses such as https://frontend.example.org:8470, not '{address}'."))];
    }

    private static async Task<NodeHost> StartAsync(NodeRequest request, CliContext context, CancellationToken ct)
    {
        try
        {
            return await NodeHost.StartAsync(request, context.Say, ct);
        }
        catch (StartupException e)
        {
            throw new ServiceFailedException(e.Message, e.ExitCode);
        }
    }

    private static async Task WaitAsync(NodeHost node, CancellationToken ct)
    {
        try
        {
            await node.WhenStopped.WaitAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked for: the caller stops it in order.
        }
        catch (Exception e)
        {
            throw new ServiceFailedException(
                $"The node had to stop: {e.Message} Details are in {Path.Combine(node.DataDirectory, "service.log")}. Start it again: recipes that run are adopted.", ExitCodes.NoAnswer);
        }
    }
}
