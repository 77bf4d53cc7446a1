using Dpu.Client.Contracts;

namespace Dpu.Client;

/// <summary>What the stream of the queue tells.</summary>
/// <param name="Job">A job as it is now; null when so much may have changed that the list has to be read anew.</param>
public sealed record QueueChange(JobSummary? Job)
{
    public static QueueChange Outdated { get; } = new(Job: null);
}
