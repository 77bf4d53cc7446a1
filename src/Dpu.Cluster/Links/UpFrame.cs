using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Cluster.Links;

/// <summary>What a node says to a frontend over their link.</summary>
public abstract record UpFrame
{
    private UpFrame()
    {
    }

    /// <summary>The first frame of a link.</summary>
    /// <param name="Version">The newest version of the protocol that the node speaks.</param>
    /// <param name="OldestVersion">The oldest one.</param>
    /// <param name="Product">The node's version, for people.</param>
    /// <param name="Instance">The life of the node's process: two processes that call themselves by one name differ in it.</param>
    public sealed record Hello(int Version, int OldestVersion, string Product, Guid Instance) : UpFrame;

    /// <summary>The node can be given work, or what it has changed.</summary>
    /// <param name="Incarnation">Of its launcher.</param>
    /// <param name="Facts">What it has.</param>
    public sealed record Ready(Guid Incarnation, NodeFacts Facts) : UpFrame;

    /// <summary>Its launcher is away: it can be given nothing for now.</summary>
    public sealed record NotReady(string Reason) : UpFrame;

    /// <summary>It runs these, and does not know why.</summary>
    public sealed record Claim(ImmutableArray<AttemptId> Attempts) : UpFrame;

    /// <summary>Attempts of a job ended.</summary>
    public sealed record Ended(JobId Job, ImmutableArray<AttemptReport> Reports) : UpFrame;

    /// <summary>Attempts of a job whose outcome the node will never know.</summary>
    public sealed record Lost(JobId Job, ImmutableArray<TaskAttempt> Attempts, string Reason) : UpFrame;

    /// <summary>Output of attempts; answered with <see cref="DownFrame.LogsStored"/> under its number.</summary>
    public sealed record Logs(long Number, ImmutableArray<LogChunk> Chunks) : UpFrame;

    /// <summary>What is stored of an attempt's output, from a place on; answered with <see cref="DownFrame.LogsRead"/> under its number.</summary>
    public sealed record ReadLogs(long Number, AttemptId Attempt, long Block, int Chunk, int BytesMax) : UpFrame;

    /// <summary>What attempts do there, all of them; replaces what was said before. Since version <see cref="LinkProtocol.PhasesVersion"/>.</summary>
    public sealed record Phases(ImmutableArray<AttemptPhase> Attempts) : UpFrame;

    /// <summary>It leaves in order, and holds nothing of any job.</summary>
    public sealed record Leaving : UpFrame;

    /// <summary>It lives. Handled by the link itself.</summary>
    /// <param name="SentAt">On the node's own clock; comes back in <see cref="DownFrame.HeartbeatSeen"/>.</param>
    public sealed record Heartbeat(TimeSpan SentAt) : UpFrame;
}

/// <summary>What a node has.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Capacity">What its tasks may hold together.</param>
/// <param name="Tags">What steps may ask for.</param>
/// <param name="DiskBytes">What is free where its work directories are.</param>
/// <param name="Missing">Programs of the DPU's recipes that it does not have: it is given no task of those.</param>
public sealed record NodeFacts(string Host, Resources Capacity, ImmutableArray<string> Tags, long DiskBytes, ImmutableArray<string> Missing)
{
    /// <summary>In how many seconds what runs there must have ended; null, and not written, where nothing bounds its time. Not a moment: clocks differ.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SecondsLeft { get; init; }
}
