using System.Collections.Immutable;
using Dpu.Actors.Nodes;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Ingest;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Scheduling;

namespace Dpu.Service.Configuration;

/// <summary>The whole configuration of a service: read once, checked, never changed. Keys and reasons stand in <c>reference.conf</c>.</summary>
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
    ServiceSettings Service,
    RecipeCatalog Recipes,
    IngestRules Ingest,
    IReadOnlyList<CampaignPlan> Campaigns);

/// <summary>Section <c>dpu.http</c>.</summary>
public sealed record HttpOptions(string Host, int Port, long BodyMaxBytes, TimeSpan AnswerTimeout, int WaitingMax);

/// <summary>Section <c>dpu.node</c>, with the machine's own figures where it says 0.</summary>
public sealed record NodeSettings(string Name, Resources Capacity, ImmutableArray<string> Tags, string SearchPath);

/// <summary>Section <c>dpu.task</c>.</summary>
public sealed record TaskSettings(TimeSpan KillGrace, RetryRules Retry, long LogHeadMaxBytes, long LogTailMaxBytes, bool EnforceMemory, UnpackLimits Unpack);

/// <summary>Section <c>dpu.query</c>.</summary>
public sealed record QuerySettings(long OutputMaxBytes, int AtOnceMax);

/// <summary>Section <c>dpu.cluster</c>.</summary>
/// <param name="NodeTimeout">How long a node may be silent before its tasks run elsewhere.</param>
/// <param name="FenceAfter">How long after its last acknowledged heartbeat a node's keeper ends its tasks.</param>
/// <param name="FenceMargin">What has to be left between the two beside the kill grace.</param>
/// <param name="Heartbeat">How often a node says that it lives.</param>
public sealed record ClusterSettings(TimeSpan NodeTimeout, TimeSpan FenceAfter, TimeSpan FenceMargin, TimeSpan Heartbeat);

/// <summary>Section <c>dpu.service</c>.</summary>
public sealed record ServiceSettings(TimeSpan StopGrace, string LogLevel, long LogFileMaxBytes, int LogFilesKept);
