using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Links;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Kernel;

namespace Dpu.Cluster.Node;

/// <summary>What an <see cref="UplinkActor"/> understands.</summary>
public abstract record UplinkMessage
{
    private UplinkMessage()
    {
    }

    /// <summary>Leave in order: nothing more is taken, and the frontend is told. Answered when that is on its way.</summary>
    public sealed record Leave(IActorRef<UplinkLeft> ReplyTo) : UplinkMessage;

    /// <summary>What the node has may have changed: it is told again.</summary>
    public sealed record FactsChanged : UplinkMessage;

    /// <summary>Something happened to the link.</summary>
    internal sealed record Linked(UplinkEvent Event) : UplinkMessage;

    /// <summary>The Cluster_Manager has something for the scheduler.</summary>
    internal sealed record ForScheduler(SchedulerMessage Message) : UplinkMessage;

    /// <summary>The Cluster_Manager has something for the frontend.</summary>
    internal sealed record ForFrontend(FrontendMessage Message) : UplinkMessage;

    /// <summary>The Cluster_Manager has something for a job.</summary>
    internal sealed record ForJob(JobId Job, JobMessage Message) : UplinkMessage;

    /// <summary>Lines are to be stored.</summary>
    internal sealed record StoreLogs(IReadOnlyList<LogChunk> Chunks, TaskCompletionSource Stored) : UplinkMessage;

    /// <summary>Lines are to be read.</summary>
    internal sealed record ReadLogs(AttemptId Attempt, LogCursor From, int BytesMax, TaskCompletionSource<LogPage> Read) : UplinkMessage;
}

/// <summary>The frontend was told that the node leaves.</summary>
public sealed record UplinkLeft;
