using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using Dpu.Actors.Campaigns;
using Dpu.Actors.Catalog;
using Dpu.Actors.Frontend;
using Dpu.Actors.Membership;
using Dpu.Actors.Nodes;
using Dpu.Actors.Notifications;
using Dpu.Actors.Scaling;
using Dpu.Actors.Scheduling;
using Dpu.Actors.Users;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Cluster.Frontend;
using Dpu.Cluster.Links;
using Dpu.Domain.Membership;
using Dpu.Domain.Notifications;
using Dpu.Domain.Planning;
using Dpu.Domain.Users;
using Dpu.Hocon;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.Journal.Views;
using Dpu.Keeper;
using Dpu.Kernel;
using Dpu.Kernel.Persistence;
using Dpu.Service.Configuration;
using Dpu.Service.Hosting;
using Dpu.Service.Http;
using Dpu.Service.Http.Sessions;
using Dpu.Service.Ingest;
using Dpu.Service.Nodes;
using Dpu.Service.Nodes.Apart;
using Dpu.Service.Notifications;
using Dpu.Service.Pilots;
using Dpu.Service.Products;
using Dpu.Service.Queries;
using Dpu.Service.Shipping;
using Dpu.Service.Staging;
using Dpu.Service.Telemetry.Otlp;
using Dpu.Service.Tls;
using Dpu.Service.Users;
using Microsoft.Extensions.Logging;

namespace Dpu.Service;

/// <summary>
/// A running DPU: everything that the embedded role is made of, put together in the order in which data flows, and taken down
/// in the opposite one.
/// </summary>
public sealed class DpuHost : IAsyncDisposable
{
    private const int TokenBytes = 32;
    private static readonly TimeSpan SettlingMax = TimeSpan.FromSeconds(3);

    private readonly TakeDown _takeDown = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoadedConfiguration _started;
    private readonly ServeRequest _request;
    private int _stopBegun;

    private Reloading _reloading = null!;

    private DpuHost(LoadedConfiguration configuration, ServeRequest request) => (_started, _request) = (configuration, request);

    /// <summary>Where the API answers callers on this host.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where it answers callers on other hosts; null when it listens on loopback only.</summary>
    public Uri? PublicAddress { get; private set; }

    /// <summary>SHA-256 of the public key of this DPU's own authority, which callers on other hosts pin; null when it has none.</summary>
    public string? CaSha256 { get; private set; }

    public string Name => Options.Name;

    public string DataDirectory => Options.DataDirectory;

    /// <summary>The file that holds the token of this start; only its user can read it.</summary>
    public string TokenPath => TokenFile.PathFor(Address);

    /// <summary>Ends when the service has stopped; faulted when it had to.</summary>
    public Task WhenStopped => _stopped.Task;

    /// <summary>The options of the start.</summary>
    internal DpuOptions Options => _started.Options;

    /// <summary>Whether a backend node lives in this very process.</summary>
    private bool HasNode => _request.Role == "embedded";

    /// <summary>Starts a service; when this completes, unfinished jobs go on and the API answers.</summary>
    /// <exception cref="StartupException">It cannot start; nothing of it is left behind.</exception>
    public static Task<DpuHost> StartAsync(ServeRequest request, CancellationToken cancellationToken) =>
        StartAsync(request, HostSeams.Default, cancellationToken);

    internal static async Task<DpuHost> StartAsync(ServeRequest request, HostSeams seams, CancellationToken cancellationToken)
    {
        if (request.Role == "backend")
        {
            throw NoSuchRole(request.Role);
        }

        var host = new DpuHost(ReadConfiguration(request), request);
        try
        {
            await host.BuildAsync(seams, cancellationToken);
            return host;
        }
        catch (Exception error)
        {
            await host._takeDown.RunAsync();
            throw error switch
            {
                StartupException => error,
                StoreException or JournalException or IOException or UnauthorizedAccessException => new StartupException(error.Message, 3),
                _ => error,
            };
        }
    }

    /// <summary>Reads the configuration again, as it was read at the start. What can change while the service runs holds from now on; jobs that exist keep their plans.</summary>
    /// <exception cref="StartupException">It is wrong; nothing has changed.</exception>
    public ReloadReport Reload() => _reloading.Reload();

    /// <summary>Stops in order: no new submissions, a bounded time for what runs, then everything else. What runs on is adopted at the next start.</summary>
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
        _stopping.Dispose();
    }

    /// <summary>The configuration of a request, checked.</summary>
    internal static DpuOptions ReadOptions(ServeRequest request) => ReadConfiguration(request).Options;

    /// <summary>The same, with what was written.</summary>
    internal static LoadedConfiguration ReadConfiguration(ServeRequest request)
    {
        if (request.Role is not ("embedded" or "frontend" or "backend"))
        {
            throw NoSuchRole(request.Role);
        }

        try
        {
            var written = EffectiveConfiguration.Load(request);
            return new LoadedConfiguration(written, DpuOptionsReader.Read(written, MachineResources.Read()));
        }
        catch (Exception error) when (error is HoconException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException(error.Message, 2);
        }
    }

    private static StartupException NoSuchRole(string role) =>
        new($"There is no role '{role}': use --role embedded or --role frontend; a node is run by 'dpu node'.", 2);

    private async Task BuildAsync(HostSeams seams, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var data = DataDirectoryOf(Options);
        Undo(data.Dispose);
        var logExport = new LogExport();
        var loggers = ServiceLogging.Create(Options, Options.Telemetry is { Logs: true } ? logExport : null);
        Undo(loggers.Dispose);
        var logger = loggers.CreateLogger<DpuHost>();

        var store = SqliteStore.Open(data, DpuEvents.Codec, time);
        Undo(() => store.DisposeAsync().AsTask());
        var logs = FileLogStore.Open(FileLogStoreOptions.In(data.FullPath), time);
        Undo(() => logs.DisposeAsync().AsTask());

        var journal = new WatchedJournal(seams.Journal(store.Journal), time);
        var live = new LiveConfiguration(_started, LiveKeys.OfService);
        var executables = new RecipeExecutables(Options.Node.SearchPath);
        WarnOfMissingPrograms(Options, executables, logger);

        var launcher = new KeeperLauncher(data.FullPath, seams.Keeper.WithSpool(Options.Node.SpoolBytesMax), time, message => HostLog.Keeper(logger, message));
        Undo(() => QuitAsync(launcher));

        var system = ActorSystem.Create("dpu", new ActorSystemOptions { Time = time, Loggers = loggers, Seed = Random.Shared.Next() });
        Undo(system.TerminateAsync);

        var node = NodeOptionsOf(Options);
        var catalog = system.Spawn(new Props<CatalogMessage>(() => new CatalogActor(journal)) { Supervision = UntilTheJournalAnswers }, "catalog");
        var queries = new PluginQueries(
            data.FullPath, Options.Node.SearchPath, Options.Query.OutputMaxBytes, Options.Query.AtOnceMax, executables, store.Catalog, catalog, system, Options.Http.AnswerTimeout);
        Undo(queries.Dispose);
        var shapes = new KnownNodeShapes(() => ShapesOf(live.Options));
        var code = new CodeStore(Path.Combine(data.FullPath, "code"), Options.Code, time);
        Undo(code.Dispose);
        var shelf = new RecipeShelf(live, code, () => shapes.OnOtherHosts);
        SubmissionPlanner PlannerNow() => PlannerOf(live.Options);
        SubmissionPlanner PlannerOf(DpuOptions options) => new(
            options.Recipes, store.Catalog, store.Views, shapes, options.Task.Retry, recipe => shapes.OnOtherHosts ? recipe.WhyNotAdded : executables.WhyUnavailable(recipe), queries)
        {
            Shelf = shelf,
        };
        var scheduler = system.Spawn(new Props<SchedulerMessage>(() => new SchedulerActor(Options.Scheduling, new NodeWatch(HasNode ? node.Name : null, Options.Cluster.NodeTimeout))) { Supervision = Escalate }, "scheduler");
        var frontend = system.Spawn(
            new Props<FrontendMessage>(() => new FrontendActor(journal, store.Views, PlannerNow, scheduler)) { Supervision = Escalate },
            "frontend");
        await frontend.AskAsync<FrontendMessage, FrontendReady>(
            system, replyTo => new FrontendMessage.AwaitReady(replyTo), Timeout.InfiniteTimeSpan, cancellationToken);

        if (Options.Campaigns.Count > 0)
        {
            system.Spawn(
                new Props<CampaignMessage>(() => new CampaignActor(Options.Campaigns, store.Views, journal, frontend)) { Supervision = UntilTheJournalAnswers }, "campaigns");
        }

        IActorRef<NodeMessage>? joined = null;
        _reloading = new Reloading(
            () => ReadConfiguration(_request),
            live,
            options =>
            {
                WarnOfMissingPrograms(options, executables, logger);
                scheduler.Tell(new SchedulerMessage.Reconfigure(options.Scheduling));
                if (!_stopping.IsCancellationRequested)
                {
                    // It joins anew with them, which a node that has left for good must not.
                    joined?.Tell(new NodeMessage.ChangeTags(options.Node.Tags));
                }
            },
            logger);
        Undo(() => joined is null ? Task.CompletedTask : DrainAsync(scheduler, joined, system, store, logs, node, logger));

        // Recovered before anybody can ask: a node must not be told that it is unknown because the service has not read who it is yet.
        var identities = new NodeIdentities();
        void Publish(MembershipState state)
        {
            identities.Publish(state);
            shapes.Publish(state);
            scheduler.Tell(new SchedulerMessage.NodesDrained(state.Drained));
        }

        var membership = system.Spawn(
            new Props<MembershipMessage>(() => new MembershipActor(journal, Publish)) { Supervision = UntilTheJournalAnswers }, "membership");
        var members = await membership.AskAsync<MembershipMessage, MembershipState>(
            system, replyTo => new MembershipMessage.GetState(replyTo), Timeout.InfiniteTimeSpan, cancellationToken);

        var access = await RecoverUsersAsync(system, journal, time, cancellationToken);

        var notifications = await RecoverNotificationsAsync(system, journal, store, data.FullPath, time, cancellationToken);

        var presence = new NodePresence(HasNode ? node.Name : null, Options.Cluster.NodeTimeout, time);
        var grants = new NodeGrants();
        var phases = new PhaseBoard(time);
        var history = new AttemptHistory(store.Views);
        var storeFolder = Path.Combine(data.FullPath, "store");
        var arriving = new ArrivingOutputs(storeFolder, history.FateOfAsync);
        var probe = StoreProbes.Make(storeFolder);
        var parts = new FrontendParts(scheduler, frontend, logs, history, grants, arriving, Options.Cluster.NodeTimeout)
        {
            Phases = phases,
            Described = (name, facts) => membership.Tell(new MembershipMessage.Note(new MembershipCommand.Describe(name, facts.Capacity, facts.Tags))),
        };
        var remoteNodes = system.Spawn(
            new Props<RemoteNodesMessage>(() => new RemoteNodesActor(parts, presence, () => TermsOf(live.Options, probe))) { Supervision = Escalate }, "nodes");
        presence.Expect(members.Identities.Where(known => known.Value.RevokedAt is null).Select(known => known.Key));

        var tls = ReadTls(data.FullPath, time);
        Undo(() => tls?.Dispose());
        CaSha256 = tls?.CaSha256;

        FrameIngest IngestNow() => new(live.Options.Ingest, catalog, system, Options.Http.AnswerTimeout);
        var packages = new NodePackages(Path.Combine(data.FullPath, "packages"), time);
        Undo(packages.Dispose);
        var launches = new NodeLaunches(packages, () => [PublicAddress ?? Address], Options.Task.KillGrace);
        var scaling = system.Spawn(
            new Props<ScalingMessage>(() => new ScalingActor(journal, Options.Pilots.Scaling, PilotsOf(Options.Pilots, launches, membership, system, tls?.CaSha256), scheduler, membership)) { Supervision = UntilTheJournalAnswers },
            "scaling");
        var products = new ProductConverter(Path.Combine(data.FullPath, "converting"), Options.Products, time);
        Undo(products.Dispose);
        var services = new ApiServices(
            live, _reloading.Reload, system, frontend, PlannerNow, executables, IngestNow, new Readable(store.Views, store.Catalog, logs, new JobPlans(journal), access.Acts), store.Reader, HasNode, shapes, scheduler,
            new NodeMembership(membership, identities, presence, Options.Cluster.NodeTimeout, tls?.CaSha256), remoteNodes, grants, arriving, () => journal.Trouble, time.GetUtcNow(), logger, _stopping.Token)
        {
            Watched = journal,
            Notifications = notifications,
            Phases = phases,
            Users = access,
            Sessions = new BrowserSessions(new OwnerSessions(Path.Combine(data.FullPath, "sessions"), time), new OpenAddresses(time)),
            Packages = packages,
            Products = products,
            Launches = launches,
            Scaling = scaling,
            Code = code,
            Shelf = shelf,
        };
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        var server = await ApiServer.StartAsync(services, token, Environment.UserName, tls, seams.IsLoopback, loggers, cancellationToken);
        Undo(() => StopServerAsync(server));
        Undo(_stopping.Cancel);

        if (Options.Telemetry is { } telemetry)
        {
            var json = new OtlpJson([("service.name", "dpu"), ("service.instance.id", Options.Name), ("service.version", VersionOf()), ("host.name", Environment.MachineName)]);
            var export = new TelemetryExport(telemetry, json, server.Metrics, logExport, store.Reader, journal, Path.Combine(data.FullPath, "traces.place"), time.GetUtcNow(), time, logger);
            Undo(() => export.DisposeAsync().AsTask());
        }

        Address = server.Address;
        PublicAddress = tls is null ? null : PublicAddressOf(Options.Http, Address.Port);
        WriteToken(Address, token);
        Undo(() => TokenFile.Delete(Address, token));

        HostLog.Serving(logger, Name, VersionOf(), Address, data.FullPath, HasNode ? node.Name : "none", node.Capacity.Cpus, node.Capacity.MemoryBytes);
        if (PublicAddress is not null)
        {
            HostLog.ServingTls(logger, PublicAddress, CaSha256 ?? "the system's roots");
        }

        _ = WatchAsync(system, logger);
        _ = TidyAsync(arriving, logger);
        _ = TidyAsync(code, store.Views, logger);
        if (!HasNode)
        {
            return;
        }

        // Last, because it starts a keeper: a start that fails before has none to take back.
        var files = new TaskFiles(data.FullPath, new LocalStore(storeFolder), node, Options.Node.SearchPath, executables, ConfinerFor(Options, data.FullPath))
        {
            Trees = new CodeTrees(Path.Combine(data.FullPath, "trees"), Options.Code.TreesMaxBytes, Options.Code.Archive, new StoredCode(code), CodeTrees.ThisBoot(), time),
            PathOfVersion = version => live.Options.VersionNamed(version) is { } known ? known.SearchPath ?? "" : null,
        };
        _reloading.Begin(options => joined = system.Spawn(
            new Props<NodeMessage>(() => new ClusterManagerActor(NodeOptionsOf(options), launcher, files, logs, scheduler, frontend, now => phases.Tell(node.Name, now))) { Supervision = Escalate },
            $"node-{node.Name}"));
    }

    /// <summary>As with nodes: nobody is told that he is unknown before it is known who is.</summary>
    private async Task<UserAccess> RecoverUsersAsync(ActorSystem system, IEventJournal journal, TimeProvider time, CancellationToken cancellationToken)
    {
        var (settings, rules, directory) = (Options.Users, new UserRules(Environment.UserName), new UserDirectory(time));
        var users = system.Spawn(new Props<UsersMessage>(() => new UsersActor(journal, rules, directory.Publish)) { Supervision = UntilTheJournalAnswers }, "users");
        await users.AskAsync<UsersMessage, UserState>(system, replyTo => new UsersMessage.GetState(replyTo), Timeout.InfiniteTimeSpan, cancellationToken);
        var passwords = new PasswordHasher(settings.PasswordIterations);
        Undo(passwords.Dispose);
        return new UserAccess(users, directory, passwords, new LoginTries(settings.PerName, settings.PerAddress, time), new Acts(users, time));
    }

    /// <summary>Before a submission can name how its user is told: it is known then who can be.</summary>
    private async Task<NotificationAccess> RecoverNotificationsAsync(ActorSystem system, IEventJournal journal, SqliteStore store, string data, TimeProvider time, CancellationToken cancellationToken)
    {
        var (board, keys) = (new NotificationBoard(), new WebhookKeys(Path.Combine(data, "webhooks.key")));
        var sender = new NotificationSender(Options.Name, Options.Notify with { Page = Options.Notify.Page ?? (Options.Http.IsLoopback ? null : PublicAddressOf(Options.Http, Options.Http.Port)) }, keys, time);
        Undo(sender.Dispose);
        var actor = system.Spawn(new Props<NotifierMessage>(() => new NotifierActor(journal, store.Reader, store.Views, sender, board.Publish)) { Supervision = UntilTheJournalAnswers }, "notifications");
        await actor.AskAsync<NotifierMessage, NotificationState>(system, replyTo => new NotifierMessage.GetState(replyTo), Timeout.InfiniteTimeSpan, cancellationToken);
        return new NotificationAccess(actor, board, sender, keys);
    }

    private ConfiguredNodes ShapesOf(DpuOptions options) =>
        new(HasNode ? new NodeShape(options.Node.Capacity, options.Node.Tags) : null, ShapesThatCanBeStarted(options));

    private static void WarnOfMissingPrograms(DpuOptions options, RecipeExecutables executables, ILogger logger)
    {
        foreach (var reason in executables.MissingPrograms(options.Recipes.AllThatRuns))
        {
            HostLog.RecipeUnavailable(logger, reason);
        }
    }

    private static LinkTerms TermsOf(DpuOptions options, StoreProbe probe) => new(
        LinkProtocol.Version,
        VersionOf(),
        options.Name,
        options.Cluster.NodeTimeout,
        options.Cluster.FenceAfter,
        options.Cluster.FenceMargin,
        options.Cluster.Heartbeat,
        probe,
        [.. options.Recipes.AllThatRuns.SelectMany(recipe => recipe.Programs).Distinct(StringComparer.Ordinal)])
    {
        Versions = options.Versions.IsEmpty ? null : options.Versions.ToImmutableSortedDictionary(version => version.Key, version => version.Value.SearchPath ?? "", StringComparer.Ordinal),
    };

    /// <summary>What is shown to callers from other hosts; null when none can call.</summary>
    private ServerIdentity? ReadTls(string data, TimeProvider time)
    {
        var http = Options.Http;
        if (http.IsLoopback)
        {
            return null;
        }

        var names = ServerNames.Of(http.Address, http.Names);
        return http.Tls is { } files ? OperatorCertificate.Read(files, names, time.GetUtcNow()) : new OwnAuthority(data, Options.Name, time).Identity(names);
    }

    private static Uri PublicAddressOf(HttpOptions http, int port)
    {
        var host = http.Names.Count > 0 ? http.Names[0] : http.IsAny ? Dns.GetHostName() : http.Address.ToString();
        return new UriBuilder(Uri.UriSchemeHttps, host, port).Uri;
    }

    /// <summary>Where a batch system is configured its nodes are possible, although none is there: what only they can run waits for one.</summary>
    private static ImmutableArray<NodeShape> ShapesThatCanBeStarted(DpuOptions options) => options.Pilots.Scaling.Via is null
        ? options.Cluster.Shapes
        : options.Cluster.Shapes.Add(new NodeShape(options.Pilots.Scaling.Shape.Capacity, options.Pilots.Tags));

    private static IReadOnlyList<IPilots> PilotsOf(PilotSettings settings, NodeLaunches launches, IActorRef<MembershipMessage> membership, ActorSystem system, string? caSha256)
    {
        var command = new BatchCommand(settings.SearchPath, settings.CommandTimeout);
        var keys = new PilotKeys(membership, system, caSha256, settings.KeyExpires);
        IPilotProvider[] providers = [new SlurmProvider(command, settings.Batch, Environment.UserName), new GridEngineProvider(command, settings.Batch, Environment.UserName)];
        return [.. providers.Select(provider => new BatchPilots(provider, settings, launches, keys))];
    }

    private static void WriteToken(Uri address, string token)
    {
        try
        {
            TokenFile.Write(address, token);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new StartupException($"The token that lets your commands in cannot be written: {error.Message}", 3);
        }
    }

    /// <summary>A failure that reached the top of the actors ends the service: a supervisor of the host starts it again, and it recovers.</summary>
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

    /// <summary>What nodes left for attempts that ended, or were given up, while nobody who would have tidied up was there.</summary>
    private async Task TidyAsync(ArrivingOutputs arriving, ILogger logger)
    {
        foreach (var attempt in arriving.Open())
        {
            try
            {
                await arriving.CloseAsync(attempt, _stopping.Token);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JournalException)
            {
                HostLog.OutputsNotTidied(logger, attempt, error);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Code that no job and no file names: brought for a submission that never came.</summary>
    private async Task TidyAsync(CodeStore code, IViews views, ILogger logger)
    {
        try
        {
            // Whoever brings code and names it a moment later has used it now: only what was not touched for long goes.
            await views.CaughtUpAsync(_stopping.Token);
            var named = await views.GetNamedCodeAsync(_stopping.Token);
            foreach (var sha256 in await Task.Run(() => code.Tidy(named), _stopping.Token))
            {
                HostLog.CodeRemoved(logger, sha256);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JournalException)
        {
            HostLog.CodeNotTidied(logger, error);
        }
        catch (OperationCanceledException)
        {
            // The service stops: the next start does it.
        }
    }

    private static SupervisorStrategy Escalate { get; } = new SupervisorStrategy.Escalate();

    private static SupervisorStrategy UntilTheJournalAnswers { get; } = new SupervisorStrategy.Restart(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), int.MaxValue, TimeSpan.FromHours(1));

    private static DataDirectory DataDirectoryOf(DpuOptions options) => Journal.Store.DataDirectory.Take(options.DataDirectory);

    internal static NodeOptions NodeOptionsOf(DpuOptions options) => new(
        options.Node.Name,
        Environment.MachineName,
        options.Node.Capacity,
        options.Task.KillGrace,
        options.Task.LogHeadMaxBytes,
        options.Task.LogTailMaxBytes,
        options.Task.EnforceMemory)
    {
        Tags = options.Node.Tags,
        Unpack = options.Task.Unpack,
    };

    /// <summary>Keeps tasks of users apart, where that can be done.</summary>
    internal static Confiner? ConfinerFor(DpuOptions options, string dataDirectory) =>
        Confiner.Open(dataDirectory, options.Node.Isolation, options.Node.Capacity);

    private static string VersionOf() =>
        typeof(DpuHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Nothing new is started on the node; what runs may end by itself for a while.</summary>
    private async Task DrainAsync(
        IActorRef<SchedulerMessage> scheduler,
        IActorRef<NodeMessage> manager,
        ActorSystem system,
        SqliteStore store,
        FileLogStore logs,
        NodeOptions node,
        ILogger logger)
    {
        scheduler.Tell(new SchedulerMessage.NodeLeft(node.Name));
        using var grace = new CancellationTokenSource(Options.Service.StopGrace);
        var head = store.Reader.HeadOrdering;
        var running = await RunningAsync(store);
        if (running > 0)
        {
            HostLog.Stopping(logger, running, Options.Service.StopGrace.TotalSeconds);
        }

        try
        {
            while (running > 0)
            {
                await store.Reader.WaitForAsync(head + 1, grace.Token);
                head = store.Reader.HeadOrdering;
                running = await RunningAsync(store);
            }
        }
        catch (OperationCanceledException)
        {
            // The grace is over: recipes run on in the keeper, and the next start adopts them.
        }

        await SettleAsync(manager, system, logs);
        HostLog.Stopped(logger, running);
    }

    /// <summary>What the keeper told is made durable and acknowledged: a keeper that holds nothing more for us may end with us.</summary>
    private static async Task SettleAsync(IActorRef<NodeMessage> manager, ActorSystem system, FileLogStore logs)
    {
        try
        {
            await logs.FlushAsync(CancellationToken.None);
            await manager.AskAsync<NodeMessage, NodeQuiet>(system, replyTo => new NodeMessage.AwaitQuiet(replyTo), SettlingMax, CancellationToken.None);
        }
        catch (Exception error) when (error is AskTimeoutException or JournalException)
        {
            // The keeper keeps what is not acknowledged, and tells it again at the next start.
        }
    }

    private static async Task<long> RunningAsync(SqliteStore store)
    {
        await store.Views.CaughtUpAsync(CancellationToken.None);
        return (await store.Views.GetStatisticsAsync(DateOnly.MaxValue, CancellationToken.None)).RunningAttempts;
    }

    internal static async Task QuitAsync(KeeperLauncher launcher)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await launcher.QuitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            // A keeper that does not answer ends by itself once it has nothing to keep.
        }

        await launcher.DisposeAsync();
    }

    private static async Task StopServerAsync(ApiServer server)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await server.StopAsync(bound.Token);
        await server.DisposeAsync();
    }

    private void Undo(Func<Task> step) => _takeDown.Add(step);

    private void Undo(Action step) => _takeDown.Add(step);
}
