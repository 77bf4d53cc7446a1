using System.Collections.Immutable;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Cluster.Links;
using Dpu.Domain.Execution;
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

    /// <summary>What the node's attempts do now: all of them.</summary>
    public sealed record PhasesChanged(ImmutableArray<AttemptPhase> Attempts) : UplinkMessage;

    /// <summary>
    /// Leave in order: what comes from now on is not taken, and as soon as the node holds nothing of any job the frontend is told so. Answered when that
    /// is on its way.
    /// </summary>
    public sealed record Leave(IActorRef<UplinkLeft> ReplyTo) : UplinkMessage;

    /// <summary>The Cluster_Manager holds nothing, and nothing more is passed on to it.</summary>
    internal sealed record HoldsNothing : UplinkMessage;

    /// <summary>Nothing more is to be given to the node; what it has goes on.</summary>
    public sealed record TakeNoMore(string Reason) : UplinkMessage;

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
