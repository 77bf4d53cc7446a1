using System.Collections.Immutable;
using System.Net;
using Dpu.Actors.Nodes;
using Dpu.Service.Nodes.Apart;
using Dpu.Actors.Scaling;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Ingest;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Scheduling;
using Dpu.Service.Notifications;
using Dpu.Service.Products;
using Dpu.Service.Pilots;
using Dpu.Service.Shipping;
using Dpu.Service.Telemetry;
using Dpu.Service.Users;

namespace Dpu.Service.Configuration;

/// <summary>The whole configuration of a service: checked, never changed; a reload makes another one. Keys and reasons stand in <c>reference.conf</c>.</summary>
public sealed record DpuOptions(
    string Name,
    string DataDirectory,
    HttpOptions Http,
    NodeSettings Node,
    TaskSettings Task,
    Resources ExecDefaults,
    QuerySettings Query,
    SchedulingPolicy Scheduling,
    ClusterSettings Cluster,
    PilotSettings Pilots,
    ServiceSettings Service,
    RecipeCatalog Recipes,
    IngestRules Ingest,
    IReadOnlyList<CampaignPlan> Campaigns)
{
    /// <summary>Section <c>dpu.products</c>.</summary>
    public required ProductSettings Products { get; init; }

    /// <summary><c>dpu.sequences</c>: what is listed first where people ask what can be run. Each one can be.</summary>
    public ImmutableArray<string> ListedFirst { get; init; } = [];

    /// <summary>Section <c>dpu.pages.others</c>: other DPUs, by name.</summary>
    public ImmutableSortedDictionary<string, Uri> Others { get; init; } = ImmutableSortedDictionary<string, Uri>.Empty;

    /// <summary>Section <c>dpu.code</c>.</summary>
    public required CodeSettings Code { get; init; }

    /// <summary>What <see cref="Recipes"/> is read from: other declarations are laid over it.</summary>
    public required RecipeDeclarations Declared { get; init; }

    /// <summary>Section <c>dpu.recipes.versions</c>, by name.</summary>
    public required ImmutableSortedDictionary<string, RecipeVersion> Versions { get; init; }

    /// <summary>A version of the recipes; null when there is none of this name.</summary>
    /// <param name="name">Its name; null, or that of the usual one, for the usual one.</param>
    public RecipeVersion? VersionNamed(string? name) =>
        name is null or RecipeShelf.UsualVersion ? new RecipeVersion(Declared, Recipes, null) : Versions.GetValueOrDefault(name);

    /// <summary>Section <c>dpu.telemetry</c>; null when nothing is sent anywhere.</summary>
    public required TelemetryOptions? Telemetry { get; init; }

    /// <summary>Section <c>dpu.notify</c>.</summary>
    public required NotifyOptions Notify { get; init; }

    /// <summary>Section <c>dpu.users</c>.</summary>
    public required UserSettings Users { get; init; }

    /// <summary>These options with all of <paramref name="fresh"/> that can change while a service runs: <see cref="LiveKeys.OfService"/>.</summary>
    public DpuOptions WithLive(DpuOptions fresh)
    {
        ArgumentNullException.ThrowIfNull(fresh);
        return this with
        {
            Recipes = fresh.Recipes,
            ListedFirst = fresh.ListedFirst,
            Others = fresh.Others,
            Declared = fresh.Declared,
            Versions = fresh.Versions,
            Ingest = fresh.Ingest,
            Scheduling = fresh.Scheduling,
            ExecDefaults = fresh.ExecDefaults,
            Task = Task with { Retry = fresh.Task.Retry },
            Node = Node with { Tags = fresh.Node.Tags },
            Cluster = Cluster with { Shapes = fresh.Cluster.Shapes },
        };
    }
}

/// <summary>Section <c>dpu.http</c>.</summary>
/// <param name="Address">Where it listens; beyond loopback it speaks TLS, and listens on loopback as well.</param>
/// <param name="Port">The port; 0 for any free one.</param>
/// <param name="Names">More names and addresses by which the DPU is called.</param>
/// <param name="Tls">An operator's own certificate; null for one of the DPU's own authority.</param>
/// <param name="BodyMaxBytes">How long a request may be.</param>
/// <param name="AnswerTimeout">How long an answer may take.</param>
/// <param name="WaitingMax">How many requests may wait for their commit.</param>
/// <param name="RequestsPerSecond">How many requests one caller may make in the long run.</param>
/// <param name="Burst">How many at once.</param>
/// <param name="OpenMax">How many of them may be open at a time.</param>
public sealed record HttpOptions(
    IPAddress Address, int Port, IReadOnlyList<string> Names, TlsFiles? Tls, long BodyMaxBytes, TimeSpan AnswerTimeout, int WaitingMax, int RequestsPerSecond, int Burst, int OpenMax)
{
    /// <summary>Who may read <c>/metrics</c>.</summary>
    public MetricsAudience Metrics { get; init; } = MetricsAudience.Users;

    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>Whether it listens on all addresses of the host.</summary>
    public bool IsAny => Address.Equals(IPAddress.Any) || Address.Equals(IPAddress.IPv6Any);

    /// <summary>Where callers on this host find it without TLS.</summary>
    public IPAddress LocalAddress => IsLoopback ? Address : IPAddress.Loopback;
}

/// <summary>Who may read the DPU's figures.</summary>
public enum MetricsAudience
{
    /// <summary>Nobody: there are none.</summary>
    Off,

    /// <summary>Whoever runs the DPU.</summary>
    Operators,

    /// <summary>Whoever shows a token.</summary>
    Users,

    Everyone,
}

/// <summary>Section <c>dpu.http.tls</c>: files in PEM.</summary>
public sealed record TlsFiles(string Certificate, string Key);

/// <summary>Section <c>dpu.node</c>, with the machine's own figures where it says 0.</summary>
public sealed record NodeSettings(
    string Name,
    Resources Capacity,
    ImmutableArray<string> Tags,
    string SearchPath,
    long SpoolBytesMax,
    TimeSpan DrainTime,
    long CacheMaxBytes,
    TimeSpan KeepWork,
    IsolationSettings Isolation);

/// <summary>Section <c>dpu.task</c>.</summary>
public sealed record TaskSettings(TimeSpan KillGrace, RetryRules Retry, long LogHeadMaxBytes, long LogTailMaxBytes, bool EnforceMemory, UnpackLimits Unpack);

/// <summary>Section <c>dpu.query</c>.</summary>
public sealed record QuerySettings(long OutputMaxBytes, int AtOnceMax);

/// <summary>Section <c>dpu.cluster</c>.</summary>
/// <param name="NodeTimeout">How long a node may be silent before its tasks run elsewhere.</param>
/// <param name="FenceAfter">How long after its last acknowledged heartbeat a node's keeper ends its tasks.</param>
/// <param name="FenceMargin">What has to be left between the two beside the kill grace.</param>
/// <param name="Heartbeat">How often a node says that it lives.</param>
public sealed record ClusterSettings(TimeSpan NodeTimeout, TimeSpan FenceAfter, TimeSpan FenceMargin, TimeSpan Heartbeat)
{
    /// <summary>Nodes that can be started although none of them has joined yet.</summary>
    public ImmutableArray<NodeShape> Shapes { get; init; } = [];
}

/// <summary>Section <c>dpu.scaling</c>.</summary>
/// <param name="Scaling">How many, and where.</param>
/// <param name="Batch">What the batch system is told with each.</param>
/// <param name="Needs">What each asks for; memory 0 leaves it to the site.</param>
/// <param name="Tags">What steps may ask of it.</param>
/// <param name="WallTime">How long each may run; null leaves it to the site.</param>
/// <param name="KeyExpires">How long each may wait before its key is of no use.</param>
/// <param name="Frontends">Where they reach the DPU; none for where it listens.</param>
/// <param name="SharedDirectory">A directory of all hosts; null for none.</param>
/// <param name="Cache">Where hosts keep the program; null for the usual place.</param>
/// <param name="SearchPath">Where the batch system's commands are.</param>
/// <param name="CommandTimeout">How long each may take.</param>
public sealed record PilotSettings(
    ScalingSettings Scaling,
    BatchSettings Batch,
    Resources Needs,
    ImmutableArray<string> Tags,
    TimeSpan? WallTime,
    TimeSpan KeyExpires,
    ImmutableArray<Uri> Frontends,
    string? SharedDirectory,
    string? Cache,
    string SearchPath,
    TimeSpan CommandTimeout);

/// <summary>Section <c>dpu.service</c>.</summary>
public sealed record ServiceSettings(TimeSpan StopGrace, string LogLevel, long LogFileMaxBytes, int LogFilesKept);
