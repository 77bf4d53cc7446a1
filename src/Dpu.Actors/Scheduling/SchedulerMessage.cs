using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scaling;
using Dpu.Domain.Scheduling;
using Dpu.Kernel;

namespace Dpu.Actors.Scheduling;

/// <summary>What the <see cref="SchedulerActor"/> understands.</summary>
public abstract record SchedulerMessage
{
    private SchedulerMessage()
    {
    }

    /// <summary>A node can be given work (again).</summary>
    /// <param name="Name">Unique in the DPU.</param>
    /// <param name="Incarnation">Of its launcher.</param>
    /// <param name="Capacity">What its tasks may hold together.</param>
    /// <param name="Tags">What steps may ask for.</param>
    /// <param name="Node">Its root actor.</param>
    public sealed record NodeJoined(
        string Name, Guid Incarnation, Resources Capacity, ImmutableArray<string> Tags, IActorRef<NodeMessage> Node) : SchedulerMessage
    {
        /// <summary>What else it says of itself.</summary>
        public NodeAbout About { get; init; } = NodeAbout.Nothing;
    }

    /// <summary>A node is connected, whether it can be given work or not: while it is, what runs there is not lost.</summary>
    public sealed record NodeHeard(string Name) : SchedulerMessage;

    /// <summary>A node can be given nothing for now; what runs there may run on.</summary>
    /// <param name="Name">Which.</param>
    /// <param name="LostAfter">When it has not been heard again after this time, its tasks are taken for lost; null while it is connected, and for a node that ends with this service.</param>
    /// <param name="Silent">How long it had been silent before.</param>
    /// <param name="InOrder">Whether it said itself that it goes.</param>
    public sealed record NodeLeft(string Name, TimeSpan? LostAfter = null, TimeSpan Silent = default, bool InOrder = false) : SchedulerMessage;

    /// <summary>A node will not come back with what it ran: its tasks are to run elsewhere.</summary>
    /// <param name="Name">Which.</param>
    /// <param name="Reason">How that is known; for people.</param>
    public sealed record NodeLost(string Name, string Reason) : SchedulerMessage;

    /// <summary>Operators drained these nodes and no others.</summary>
    public sealed record NodesDrained(IReadOnlyCollection<string> Names) : SchedulerMessage;

    /// <summary>An operator says that a node's host is dead.</summary>
    /// <param name="Name">Which.</param>
    /// <param name="By">Who says so.</param>
    /// <param name="ReplyTo">Told what became of it.</param>
    public sealed record DeclareLost(string Name, string By, IActorRef<NodeReply> ReplyTo) : SchedulerMessage;

    /// <summary>An operator says that a node is well: it is given work again, unless it is drained.</summary>
    /// <param name="Name">Which.</param>
    /// <param name="ReplyTo">Told what became of it.</param>
    public sealed record ReleaseNode(string Name, IActorRef<NodeReply> ReplyTo) : SchedulerMessage;

    /// <summary>Work is shared out by another policy from now on.</summary>
    public sealed record Reconfigure(SchedulingPolicy Policy) : SchedulerMessage;

    /// <summary>
    /// A job began, recovered or changed its mind: this replaces all that was known of it, and what was proposed to it before.
    /// </summary>
    /// <param name="Demand">What it needs.</param>
    /// <param name="Job">Its actor.</param>
    /// <param name="Announcement">Returned with every proposal that is based on this: the job knows by it which ones the scheduler has forgotten.</param>
    public sealed record JobAnnounced(JobDemand Demand, IActorRef<JobMessage> Job, long Announcement) : SchedulerMessage;

    /// <summary>More tasks of a job may be started.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Tasks">The tasks.</param>
    /// <param name="Needs">What some of them need instead of what was announced; those that are not in it need what they did before.</param>
    public sealed record TasksReleased(JobId Job, ImmutableArray<TaskRange> Tasks, ImmutableArray<TaskNeed> Needs) : SchedulerMessage;

    /// <summary>Tasks hold no resources any more.</summary>
    public sealed record TasksFreed(JobId Job, ImmutableArray<FreedTask> Tasks) : SchedulerMessage;

    /// <summary>A job is over.</summary>
    public sealed record JobEnded(JobId Job) : SchedulerMessage;

    /// <summary>Why tasks of a job wait, and how the nodes are. Answered also for a job that is not known: nothing of it waits here.</summary>
    public sealed record Explain(JobId Job, IActorRef<JobWaits> ReplyTo) : SchedulerMessage;

    /// <summary>How the nodes are.</summary>
    public sealed record GetNodes(IActorRef<NodeStatuses> ReplyTo) : SchedulerMessage;

    /// <summary>How the nodes are, and how many more of a shape what waits could use.</summary>
    public sealed record GetNeed(PilotShape Shape, IActorRef<ClusterNeed> ReplyTo) : SchedulerMessage;

    /// <summary>Something may have become possible by time alone.</summary>
    internal sealed record LookAgain : SchedulerMessage
    {
        public static LookAgain Instance { get; } = new();
    }
}

/// <summary>The nodes that the scheduler knows, by name.</summary>
public sealed record NodeStatuses(ImmutableArray<NodeStatus> Nodes);

/// <summary>What became of something that an operator wanted done to a node.</summary>
public abstract record NodeReply
{
    private NodeReply()
    {
    }

    /// <summary>It is done, or was before.</summary>
    public sealed record Done(NodeStatus Node) : NodeReply;

    /// <summary>The scheduler knows no node of this name; it knows <paramref name="Others"/>.</summary>
    public sealed record Unknown(ImmutableArray<string> Others) : NodeReply;

    /// <summary>Not now, and why, in a sentence.</summary>
    public sealed record Refused(string Message) : NodeReply;
}

/// <summary>The nodes, and what is missing.</summary>
/// <param name="Nodes">By name.</param>
/// <param name="MissingNodes">So many more nodes what waits could use.</param>
/// <param name="WaitingTasks">So many tasks wait that such nodes could run.</param>
public sealed record ClusterNeed(ImmutableArray<NodeStatus> Nodes, int MissingNodes, long WaitingTasks);
