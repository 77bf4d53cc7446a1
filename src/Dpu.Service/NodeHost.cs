using System.Reflection;
using Dpu.Actors.Nodes;
using Dpu.Cluster.Links;
using Dpu.Cluster.Node;
using Dpu.Journal.Store;
using Dpu.Keeper;
using Dpu.Kernel;
using Dpu.Service.Configuration;
using Dpu.Service.Hosting;
using Dpu.Service.Nodes;
using Microsoft.Extensions.Logging;

namespace Dpu.Service;

/// <summary>A running backend node: Cluster_Manager, keeper and a link to a frontend. No database, and no secret but its own identity.</summary>
public sealed class NodeHost : IAsyncDisposable
{
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(2);

    private readonly DpuOptions _options;
    private readonly TakeDown _takeDown = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LinkTerms> _linked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _stopBegun;

    private NodeHost(DpuOptions options) => _options = options;

    public string Name => _options.Node.Name;

    public string DataDirectory => _options.DataDirectory;

    /// <summary>The DPU's name, once the first link stands.</summary>
    public async Task<string> WhenLinkedAsync() => (await _linked.Task).Dpu;

    /// <summary>Ends when the node has stopped; faulted when it had to.</summary>
    public Task WhenStopped => _stopped.Task;

    /// <summary>Starts a node; when this completes it has been let in, and links to a frontend as soon as one answers.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="say">Called with sentences for people: which link stands, and why none does.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartupException">It cannot start; nothing of it is left behind.</exception>
    public static Task<NodeHost> StartAsync(NodeRequest request, Action<string> say, CancellationToken cancellationToken) =>
        StartAsync(request, HostSeams.Default, say, cancellationToken);

    internal static async Task<NodeHost> StartAsync(NodeRequest request, HostSeams seams, Action<string> say, CancellationToken cancellationToken)
    {
        RefusePlainText(request.Frontends);
        var host = new NodeHost(DpuHost.ReadOptions(request.Configuration));
        try
        {
            await host.BuildAsync(request, seams, say, cancellationToken);
            return host;
        }
        catch (Exception error)
        {
            await host._takeDown.RunAsync();
            throw error switch
            {
                StartupException => error,
                StoreException or IOException or UnauthorizedAccessException => new StartupException(error.Message, 3),
                _ => error,
            };
        }
    }

    /// <summary>Stops in order: takes nothing more, gives what runs a bounded time, and goes. What runs on is kept by the keeper, for as long as its lease lasts.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopBegun, 1) == 0)
        {
            await _takeDown.RunAsync();
            _stopped.TrySetResult();
        }

        await _stopped.Task;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>A key or an identity in plain text would be anybody's who listens.</summary>
    private static void RefusePlainText(IReadOnlyList<Uri> frontends)
    {
        foreach (var frontend in frontends)
        {
            if (frontend.Scheme != Uri.UriSchemeHttps && !(frontend.Scheme == Uri.UriSchemeHttp && frontend.IsLoopback))
            {
                throw new StartupException($"'{frontend.OriginalString}' is no address for a node: use https:// (http:// only for a frontend on this very host, such as http://127.0.0.1:8470).", 2);
            }
        }
    }

    private async Task BuildAsync(NodeRequest request, HostSeams seams, Action<string> say, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var data = Journal.Store.DataDirectory.Take(_options.DataDirectory);
        _takeDown.Add(data.Dispose);
        var loggers = ServiceLogging.Create(_options);
        _takeDown.Add(loggers.Dispose);
        var logger = loggers.CreateLogger<NodeHost>();

        var admission = new NodeAdmission(Name, new NodeIdentityFile(data.FullPath), request.Frontends);
        var identity = await admission.EnterAsync(request.KeyFile, time, cancellationToken);

        var launcher = new KeeperLauncher(data.FullPath, seams.Keeper.WithSpool(_options.Node.SpoolBytesMax), time, message => HostLog.Keeper(logger, message));
        _takeDown.Add(() => DpuHost.QuitAsync(launcher));

        // Until the first heartbeat is acknowledged there is nothing to run under; and a keeper that knows no leases is found out before it is given anything.
        launcher.Lease(TimeSpan.Zero);
        var system = ActorSystem.Create("dpu-node", new ActorSystemOptions { Time = time, Loggers = loggers, Seed = Random.Shared.Next() });
        _takeDown.Add(system.TerminateAsync);

        var uplink = new WebSocketUplink(
            new UplinkSettings(
                request.Frontends,
                new UpFrame.Hello(LinkProtocol.Version, LinkProtocol.OldestVersion, VersionOf(), Guid.NewGuid()),
                (frontend, stopping) => NodeAdmission.OpenAsync(identity, frontend, stopping),
                (terms, sentAt) => launcher.Lease(sentAt + terms.FenceAfter),
                WhyNotUnder),
            time,
            new Random(Random.Shared.Next()));
        _takeDown.Add(() => uplink.DisposeAsync().AsTask());

        var node = DpuHost.NodeOptionsOf(_options);
        var executables = new RecipeExecutables(_options.Node.SearchPath);
        var told = new ToldUplink(uplink, _linked, say);
        var up = system.Spawn(new Props<UplinkMessage>(() => new UplinkActor(told, () => FactsOf(node, data.FullPath, executables, told.Terms))) { Supervision = Escalate }, "uplink");
        var files = new LocalTaskFiles(data.FullPath, Path.Combine(data.FullPath, "store"), node, _options.Node.SearchPath, executables);
        var manager = system.Spawn(
            new Props<NodeMessage>(() => new ClusterManagerActor(node, launcher, files, new UplinkLogStore(up), UplinkRefs.Scheduler(up), UplinkRefs.Frontend(up))) { Supervision = Escalate },
            $"node-{node.Name}");
        _takeDown.Add(() => LeaveAsync(up, manager, system, logger));
        HostLog.NodeStarted(logger, Name, VersionOf(), data.FullPath, node.Capacity.Cpus, node.Capacity.MemoryBytes);
        _ = WatchAsync(system, logger);
    }

    private static NodeFacts FactsOf(NodeOptions node, string data, RecipeExecutables executables, LinkTerms? terms) => new(
        node.Host,
        node.Capacity,
        node.Tags,
        MachineResources.FreeDiskBytes(data),
        [.. (terms?.Programs ?? []).Where(program => executables.Find(program) is null)]);

    private static SupervisorStrategy Escalate { get; } = new SupervisorStrategy.Escalate();

    private string? WhyNotUnder(LinkTerms terms) => terms.FenceAfter + _options.Task.KillGrace + terms.FenceMargin < terms.NodeTimeout
        ? null
        : $"dpu.task.kill-grace of this node ({_options.Task.KillGrace.TotalSeconds} s) is too long: with the frontend's fence-after ({terms.FenceAfter.TotalSeconds} s) and fence-margin ({terms.FenceMargin.TotalSeconds} s) it must stay below its node-timeout ({terms.NodeTimeout.TotalSeconds} s), or a task could run twice.";

    private async Task LeaveAsync(IActorRef<UplinkMessage> up, IActorRef<NodeMessage> manager, ActorSystem system, ILogger logger)
    {
        await TryAsync(() => up.AskAsync<UplinkMessage, UplinkLeft>(system, replyTo => new UplinkMessage.Leave(replyTo), LeaveTime, CancellationToken.None));
        var empty = await TryAsync(() => manager.AskAsync<NodeMessage, NodeEmpty>(system, replyTo => new NodeMessage.AwaitEmpty(replyTo), _options.Service.StopGrace, CancellationToken.None));
        await TryAsync(() => manager.AskAsync<NodeMessage, NodeQuiet>(system, replyTo => new NodeMessage.AwaitQuiet(replyTo), LeaveTime, CancellationToken.None));
        HostLog.NodeStopped(logger, empty ? "nothing runs" : "what runs goes on in its keeper, until the node is back or its lease has run out");
    }

    private static async Task<bool> TryAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (AskTimeoutException)
        {
            // Leaving goes on all the same: the keeper and the frontend keep what matters.
            return false;
        }
    }

    private async Task WatchAsync(ActorSystem system, ILogger logger)
    {
        try
        {
            await system.WhenTerminated;
        }
        catch (Exception error)
        {
            HostLog.SystemFailed(logger, error);
            if (Interlocked.Exchange(ref _stopBegun, 1) == 0)
            {
                await _takeDown.RunAsync();
                _stopped.TrySetException(error);
            }
        }
    }

    private static string VersionOf() =>
        typeof(NodeHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Lets people see what becomes of the link.</summary>
    private sealed class ToldUplink(WebSocketUplink uplink, TaskCompletionSource<LinkTerms> linked, Action<string> say) : IUplink
    {
        private volatile LinkTerms? _terms;

        /// <summary>Of the last link.</summary>
        public LinkTerms? Terms => _terms;

        public void Connect(Action<UplinkEvent> onEvent) => uplink.Connect(@event =>
        {
            switch (@event)
            {
                case UplinkEvent.Connected connected:
                    _terms = connected.Terms;
                    say($"Connected to DPU '{connected.Terms.Dpu}'.");
                    linked.TrySetResult(connected.Terms);
                    break;
                case UplinkEvent.Disconnected disconnected:
                    say($"Not connected: {disconnected.Reason} Trying again.");
                    break;
                default:
                    break;
            }

            onEvent(@event);
        });

        public void Send(UpFrame frame) => uplink.Send(frame);
    }
}
