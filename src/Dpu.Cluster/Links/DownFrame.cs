using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Dpu.Actors.Nodes;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Cluster.Links;

/// <summary>What a frontend says to a node over their link.</summary>
public abstract record DownFrame
{
    private DownFrame()
    {
    }

    /// <summary>The answer to a greeting: the link stands.</summary>
    public sealed record Welcome(LinkTerms Terms) : DownFrame;

    /// <summary>The answer to a greeting: there is no link.</summary>
    /// <param name="Reason">A sentence for people.</param>
    /// <param name="Final">Whether to ask again is no use before somebody has changed something.</param>
    public sealed record Refused(string Reason, bool Final) : DownFrame;

    /// <summary>See <see cref="NodeMessage.StartTasks"/>.</summary>
    public sealed record StartTasks(JobId Job, ImmutableArray<TaskStart> Tasks) : DownFrame;

    /// <summary>See <see cref="NodeMessage.AdoptTasks"/>.</summary>
    public sealed record AdoptTasks(JobId Job, ImmutableArray<AdoptedTask> Tasks) : DownFrame;

    /// <summary>See <see cref="NodeMessage.EndTasks"/>.</summary>
    public sealed record EndTasks(ImmutableArray<AttemptId> Attempts) : DownFrame;

    /// <summary>See <see cref="NodeMessage.Disown"/>.</summary>
    public sealed record Disown(ImmutableArray<AttemptId> Attempts) : DownFrame;

    /// <summary>See <see cref="NodeMessage.Settled"/>.</summary>
    public sealed record Settled(ImmutableArray<AttemptId> Attempts) : DownFrame;

    /// <summary>See <see cref="NodeMessage.Drain"/>. Told anew with each link.</summary>
    public sealed record Drain(bool Drains) : DownFrame;

    /// <summary>These logs are durable, or <paramref name="Failure"/> says why they are not.</summary>
    public sealed record LogsStored(long Number, string? Failure) : DownFrame;

    /// <summary>A page of logs that was asked for, or <paramref name="Failure"/> says why there is none.</summary>
    public sealed record LogsRead(long Number, LogPage Page, string? Failure) : DownFrame;

    /// <summary>A heartbeat arrived. Handled by the link itself.</summary>
    public sealed record HeartbeatSeen(TimeSpan SentAt) : DownFrame;

    /// <summary>So many frames and bytes of what the node sent are dealt with. Handled by the link itself.</summary>
    public sealed record Credit(int Frames, long Bytes) : DownFrame;
}

/// <summary>What a frontend expects of its nodes.</summary>
/// <param name="Version">The version of the protocol that both speak.</param>
/// <param name="Product">The frontend's version, for people.</param>
/// <param name="Dpu">The DPU's name.</param>
/// <param name="NodeTimeout">How long a node may be silent before its tasks run elsewhere.</param>
/// <param name="FenceAfter">How long after its last acknowledged heartbeat a node ends its tasks.</param>
/// <param name="FenceMargin">What has to be left between the two beside the node's kill grace.</param>
/// <param name="Heartbeat">How often a node says that it lives.</param>
/// <param name="Store">Where the frontend keeps products, for nodes that share its file system.</param>
/// <param name="Programs">Programs of the DPU's recipes.</param>
public sealed record LinkTerms(
    int Version,
    string Product,
    string Dpu,
    TimeSpan NodeTimeout,
    TimeSpan FenceAfter,
    TimeSpan FenceMargin,
    TimeSpan Heartbeat,
    StoreProbe Store,
    ImmutableArray<string> Programs)
{
    /// <summary>Where versions of the recipes have their programs: a search path by the version's name; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableSortedDictionary<string, string>? Versions { get; init; }
}

/// <summary>Whoever finds this text in this file shares the store's file system.</summary>
/// <param name="Store">The store's directory; absolute.</param>
/// <param name="ProbeFile">A file in it, relative to it.</param>
/// <param name="Text">What stands in that file.</param>
public sealed record StoreProbe(string Store, string ProbeFile, string Text);
