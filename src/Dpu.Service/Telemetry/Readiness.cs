using Dpu.Actors.Scheduling;
using Dpu.Kernel;
using Dpu.Service.Http;

namespace Dpu.Service.Telemetry;

/// <summary>Whether this service takes work now.</summary>
internal sealed class Readiness(ApiServices services)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Why it does not, in words that anybody may read; null when it does.</summary>
    public async Task<string?> WhyNotAsync()
    {
        if (services.Stopping.IsCancellationRequested)
        {
            return "stopping: nothing new is taken";
        }

        if (services.Watched.IsFreshlyTroubled)
        {
            return "the journal could not be written when it was last tried";
        }

        try
        {
            await services.Scheduler.AskAsync<SchedulerMessage, NodeStatuses>(
                services.System, replyTo => new SchedulerMessage.GetNodes(replyTo), Patience, services.Stopping);
            return null;
        }
        catch (AskTimeoutException)
        {
            return "the scheduler does not answer";
        }
        catch (OperationCanceledException)
        {
            return "stopping: nothing new is taken";
        }
    }
}
