using Dpu.Actors.Jobs;
using Dpu.Actors.Scheduling;
using Dpu.Domain.Jobs;
using Dpu.Kernel;

namespace Dpu.Simulated;

/// <summary>Stands before the scheduler and remembers where the jobs are.</summary>
internal sealed class ListeningScheduler(IActorRef<SchedulerMessage> scheduler) : IActorRef<SchedulerMessage>
{
    public ActorPath Path => scheduler.Path;

    public Dictionary<JobId, IActorRef<JobMessage>> Jobs { get; } = [];

    public void Tell(SchedulerMessage message)
    {
        Listen(message);
        scheduler.Tell(message);
    }

    public bool TryTell(SchedulerMessage message)
    {
        Listen(message);
        return scheduler.TryTell(message);
    }

    private void Listen(SchedulerMessage message)
    {
        if (message is SchedulerMessage.JobAnnounced announced)
        {
            Jobs[announced.Demand.Job] = announced.Job;
        }
    }
}
