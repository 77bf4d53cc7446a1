using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Kernel;

namespace Dpu.Cluster.Node;

/// <summary>The address of an actor that lives with the frontend: what it is told goes through the uplink.</summary>
internal sealed class UplinkRef<TMessage>(IActorRef<UplinkMessage> uplink, Func<TMessage, UplinkMessage> wrap) : IActorRef<TMessage>
    where TMessage : class
{
    public ActorPath Path => uplink.Path;

    public void Tell(TMessage message) => uplink.Tell(wrap(message));

    public bool TryTell(TMessage message) => uplink.TryTell(wrap(message));
}

/// <summary>Those of a frontend's actors that a Cluster_Manager talks to, as a node sees them.</summary>
public static class UplinkRefs
{
    public static IActorRef<SchedulerMessage> Scheduler(IActorRef<UplinkMessage> uplink) =>
        new UplinkRef<SchedulerMessage>(uplink, static message => new UplinkMessage.ForScheduler(message));

    public static IActorRef<FrontendMessage> Frontend(IActorRef<UplinkMessage> uplink) =>
        new UplinkRef<FrontendMessage>(uplink, static message => new UplinkMessage.ForFrontend(message));

    internal static IActorRef<JobMessage> Job(IActorRef<UplinkMessage> uplink, JobId job) => new UplinkJobRef(uplink, job);
}

/// <summary>A job's address. Two of the same job are equal: what ended together is told together.</summary>
internal sealed record UplinkJobRef(IActorRef<UplinkMessage> Uplink, JobId Job) : IActorRef<JobMessage>
{
    public ActorPath Path => Uplink.Path;

    public void Tell(JobMessage message) => Uplink.Tell(new UplinkMessage.ForJob(Job, message));

    public bool TryTell(JobMessage message) => Uplink.TryTell(new UplinkMessage.ForJob(Job, message));
}
