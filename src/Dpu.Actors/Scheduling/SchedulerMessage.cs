using System.Collections.Immutable;
using Dpu.Actors.Jobs;
using Dpu.Actors.Nodes;
using Dpu.Domain.Jobs;
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
    public sealed record NodeJoined(string Name, Guid Incarnation, Resources Capacity, IActorRef<NodeMessage> Node) : SchedulerMessage;

    /// <summary>A node can be given nothing for now.</summary>
    public sealed record NodeLeft(string Name) : SchedulerMessage;

    /// <summary>
    /// A job began, recovered or changed its mind: this replaces all that was known of it, and what was proposed to it before.
    /// </summary>
    /// <param name="Demand">What it needs.</param>
    /// <param name="Job">Its actor.</param>
    /// <param name="Announcement">Returned with every proposal that is based on this: the job knows by it which ones the scheduler has forgotten.</param>
    public sealed record JobAnnounced(JobDemand Demand, IActorRef<JobMessage> Job, long Announcement) : SchedulerMessage;

    /// <summary>More tasks of a job may be started.</summary>
    public sealed record TasksReleased(JobId Job, ImmutableArray<TaskRange> Tasks) : SchedulerMessage;

    /// <summary>Tasks hold no resources any more; <paramref name="MeanSeconds"/> says how long they ran when they ended normally.</summary>
    public sealed record TasksFreed(JobId Job, ImmutableArray<int> Tasks, double? MeanSeconds) : SchedulerMessage;

    /// <summary>A job is over.</summary>
    public sealed record JobEnded(JobId Job) : SchedulerMessage;
}
