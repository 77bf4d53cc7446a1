using System.Reflection;
using Dpu.Actors.Nodes;
using Dpu.Client.Contracts;
using Dpu.Cluster.Links;
using Dpu.Cluster.Node;
using Dpu.Journal.Store;
using Dpu.Keeper;
using Dpu.Kernel;
using Dpu.Service.Configuration;
using Dpu.Service.Hosting;
using Dpu.Service.Nodes;
using Dpu.Service.Shipping;
using Microsoft.Extensions.Logging;

namespace Dpu.Service;

/// <summary>A running backend node: Cluster_Manager, keeper and a link to a frontend. No database, and no secret but its own identity.</summary>
public sealed class NodeHost : IAsyncDisposable
{
    private static readonly TimeSpan TellTime = TimeSpan.FromSeconds(3);

    private readonly DpuOptions _options;
    private readonly LiveConfiguration _live;
    private readonly TakeDown _takeDown = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LinkTerms> _linked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _leaving = new();
    private int _stopBegun;

    private Reloading _reloading = null!;

    private NodeHost(LoadedConfiguration configuration) => (_options, _live) = (configuration.Options, new LiveConfiguration(configuration, LiveKeys.OfNode));

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
        var host = new NodeHost(DpuHost.ReadConfiguration(request.Configuration));
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

    /// <summary>Reads the configuration again, as it was read at the start. The tags hold from now on, and the frontend is told; everything else needs a restart.</summary>
    /// <exception cref="StartupException">It is wrong; nothing has changed.</exception>
    public ReloadReport Reload() => _reloading.Reload();

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

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _leaving.Dispose();
    }

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
                WhyNotUnder),
            time,
            new Random(Random.Shared.Next()));
        _takeDown.Add(() => uplink.DisposeAsync().AsTask());

        var node = DpuHost.NodeOptionsOf(_options);
        var executables = new RecipeExecutables(_options.Node.SearchPath);
        var told = new ToldUplink(uplink, _linked, say);
        var up = system.Spawn(new Props<UplinkMessage>(() => new UplinkActor(told, () => FactsOf(node with { Tags = _live.Options.Node.Tags }, data.FullPath, executables, told.Terms) with { SecondsLeft = SecondsLeft(request, time) })) { Supervision = Escalate }, "uplink");
        _reloading = new Reloading(() => DpuHost.ReadConfiguration(request.Configuration), _live, _ => up.Tell(new UplinkMessage.FactsChanged()), logger);
        var client = new StagingClient(
            StagingClient.HttpFor(identity),
            request.Frontends,
            () => told.Terms?.NodeTimeout ?? _options.Cluster.NodeTimeout,
            time,
            (what, reason) => HostLog.StagingWaits(logger, what, reason));
        _takeDown.Add(client.Dispose);
        var leavings = new Leavings(Path.Combine(data.FullPath, "work"), _options.Node.KeepWork, time, logger);
        _takeDown.Add(leavings.Dispose);
        var cache = new InputCache(Path.Combine(data.FullPath, "cache"), CacheMaxOf(data.FullPath), leavings.Links, client, time);
        var store = new NodeStore(() => told.Terms, new RemoteStore(Path.Combine(data.FullPath, "store"), client, cache, leavings));
        var files = new TaskFiles(data.FullPath, store, node, _options.Node.SearchPath, executables, DpuHost.ConfinerFor(_options, data.FullPath))
        {
            Trees = new CodeTrees(Path.Combine(data.FullPath, "trees"), _options.Code.TreesMaxBytes, _options.Code.Archive, new BroughtCode(client), CodeTrees.ThisBoot(), time),
            PathOfVersion = version => told.Terms?.Versions?.GetValueOrDefault(version),
        };
        var manager = system.Spawn(
            new Props<NodeMessage>(() => new ClusterManagerActor(node, launcher, files, new UplinkLogStore(up), UplinkRefs.Scheduler(up), UplinkRefs.Frontend(up), phases => up.Tell(new UplinkMessage.PhasesChanged(phases)))) { Supervision = Escalate },
            $"node-{node.Name}");
        var parts = new NodeParts(system, up, manager, logger, say);
        var comesBack = request is { Until: null, IdleExit: null };
        _takeDown.Add(() => LeaveAsync(parts, comesBack));
        _takeDown.Add(_leaving.Cancel);
        HostLog.NodeStarted(logger, Name, VersionOf(), data.FullPath, node.Capacity.Cpus, node.Capacity.MemoryBytes);
        _ = WatchAsync(system, logger);
        if (!comesBack)
        {
            _ = LeaveInTimeAsync(request, parts, time);
        }
    }

    private static NodeFacts FactsOf(NodeOptions node, string data, RecipeExecutables executables, LinkTerms? terms) => new(
        node.Host,
        node.Capacity,
        node.Tags,
        MachineResources.FreeDiskBytes(data),
        [.. (terms?.Programs ?? []).Where(program => executables.Find(program) is null)]);

    /// <summary>Never more than half of the disk: work directories need the rest.</summary>
    private long CacheMaxOf(string data) => Math.Min(_options.Node.CacheMaxBytes, new DriveInfo(data).TotalSize / 2);

    private static SupervisorStrategy Escalate { get; } = new SupervisorStrategy.Escalate();

    private string? WhyNotUnder(LinkTerms terms) => terms.FenceAfter + _options.Task.KillGrace + terms.FenceMargin < terms.NodeTimeout
        ? null
        : $"dpu.task.kill-grace of this node ({_options.Task.KillGrace.TotalSeconds} s) is too long: with the frontend's fence-after ({terms.FenceAfter.TotalSeconds} s) and fence-margin ({terms.FenceMargin.TotalSeconds} s) it must stay below its node-timeout ({terms.NodeTimeout.TotalSeconds} s), or a task could run twice.";

    /// <summary>
    /// Nothing more is taken, and what runs has a bounded time to end. A node that comes back leaves what still runs to its keeper; one that does not
    /// gives it back.
    /// </summary>
    private async Task LeaveAsync(NodeParts parts, bool comesBack)
    {
        parts.Uplink.Tell(new UplinkMessage.TakeNoMore("it stops"));
        var empty = await parts.IsEmptyWithinAsync(_options.Service.StopGrace);
        if (!empty && !comesBack)
        {
            parts.Manager.Tell(NodeMessage.Evict.Instance);
            empty = await parts.IsEmptyWithinAsync(_options.Task.KillGrace + TellTime);
        }

        await parts.IsQuietWithinAsync(TellTime);
        if (empty)
        {
            await parts.SayGoodbyeAsync(TellTime);
        }

        HostLog.NodeStopped(parts.Logger, empty ? "it holds nothing" : "what runs goes on in its keeper, until the node is back or its lease has run out");
    }

    /// <summary>Leaves before the host ends it, and when nobody needs it.</summary>
    private async Task LeaveInTimeAsync(NodeRequest request, NodeParts parts, TimeProvider time)
    {
        try
        {
            var idle = request.IdleExit is { } patience ? parts.IsIdleForAsync(patience, _leaving.Token) : Task.Delay(Timeout.InfiniteTimeSpan, time, _leaving.Token);
            if (request.Until is { } until && await Task.WhenAny(idle, DrainBeforeAsync(until, GivesBackAt(request)!.Value, parts, time)) is var first && first != idle)
            {
                await first;
            }
            else
            {
                await idle;
                parts.Say("Nothing was given to it for as long as it was to wait: it leaves.");
            }
        }
        catch (OperationCanceledException)
        {
            // It is stopped already.
            return;
        }

        await StopAsync();
    }

    /// <summary>When it gives back what has not ended; null where nothing bounds its time.</summary>
    private DateTimeOffset? GivesBackAt(NodeRequest request) => request.Until - _options.Task.KillGrace - _options.Service.StopGrace - TellTime;

    private double? SecondsLeft(NodeRequest request, TimeProvider time) => (GivesBackAt(request) - time.GetUtcNow())?.TotalSeconds;

    private async Task DrainBeforeAsync(DateTimeOffset until, DateTimeOffset givesBack, NodeParts parts, TimeProvider time)
    {
        var left = until - time.GetUtcNow();
        var drain = left / 4 < _options.Node.DrainTime ? left / 4 : _options.Node.DrainTime;
        await DelayAsync(left - drain, time);
        parts.Say($"Its time ends at {until.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}: it takes nothing more.");
        parts.Uplink.Tell(new UplinkMessage.TakeNoMore($"its time ends at {until.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"));
        await Task.WhenAny(parts.IsIdleForAsync(TimeSpan.Zero, _leaving.Token), DelayAsync(givesBack - time.GetUtcNow(), time));
    }

    private Task DelayAsync(TimeSpan span, TimeProvider time) => Task.Delay(span > TimeSpan.Zero ? span : TimeSpan.Zero, time, _leaving.Token);

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
