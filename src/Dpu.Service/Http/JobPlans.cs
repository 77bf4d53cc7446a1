using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;

namespace Dpu.Service.Http;

/// <summary>Plans and directions of jobs, from the first event of each: no view holds them, since most of a plan is what only its job's actor needs.</summary>
internal sealed class JobPlans(IEventJournal journal)
{
    /// <summary>The plan, or null when there is no such job.</summary>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public async Task<JobPlan?> FindAsync(JobId job, CancellationToken cancellationToken) => (await FindSubmittedAsync(job, cancellationToken))?.Plan;

    /// <summary>What was asked for, or null when there is no such job.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<JobSpec?> FindSpecAsync(JobId job, CancellationToken cancellationToken) => (await FindSubmittedAsync(job, cancellationToken))?.Spec;

    private async Task<JobEvent.Submitted?> FindSubmittedAsync(JobId job, CancellationToken cancellationToken)
    {
        await foreach (var first in journal.ReadAsync(JobPersistenceId.Of(job), 1, cancellationToken))
        {
            return first.Event is JobEvent.Submitted submitted
                ? submitted
                : throw new InvalidOperationException($"Job {job} does not begin with its submission.");
        }

        return null;
    }
}
