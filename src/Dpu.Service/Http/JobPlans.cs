using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;

namespace Dpu.Service.Http;

/// <summary>
/// Plans and directions of jobs, from the first event of each: no view holds them, since most of a plan is what only its job's actor needs. It never changes, so those that were
/// asked for last are kept: whoever looks at a job asks for it again and again. Safe for use by several threads.
/// </summary>
internal sealed class JobPlans(IEventJournal journal)
{
    /// <summary>Of so many tasks at most plans are kept, and of so many jobs.</summary>
    private const int TasksKeptMax = 400_000;
    private const int JobsKeptMax = 64;

    private readonly Lock _gate = new();
    private readonly LinkedList<JobEvent.Submitted> _kept = [];

    /// <summary>The plan, or null when there is no such job.</summary>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public async Task<JobPlan?> FindAsync(JobId job, CancellationToken cancellationToken) => (await FindSubmittedAsync(job, cancellationToken))?.Plan;

    /// <summary>What was asked for, or null when there is no such job.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<JobSpec?> FindSpecAsync(JobId job, CancellationToken cancellationToken) => (await FindSubmittedAsync(job, cancellationToken))?.Spec;

    private async Task<JobEvent.Submitted?> FindSubmittedAsync(JobId job, CancellationToken cancellationToken)
    {
        if (FindKept(job) is { } kept)
        {
            return kept;
        }

        await foreach (var first in journal.ReadAsync(JobPersistenceId.Of(job), 1, cancellationToken))
        {
            return first.Event is JobEvent.Submitted submitted
                ? Keep(submitted)
                : throw new InvalidOperationException($"Job {job} does not begin with its submission.");
        }

        return null;
    }

    private JobEvent.Submitted? FindKept(JobId job)
    {
        lock (_gate)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Job == job)
                {
                    _kept.Remove(node);
                    _kept.AddFirst(node);
                    return node.Value;
                }
            }

            return null;
        }
    }

    private JobEvent.Submitted Keep(JobEvent.Submitted submitted)
    {
        lock (_gate)
        {
            if (submitted.Plan.TaskCount <= TasksKeptMax && _kept.All(kept => kept.Job != submitted.Job))
            {
                _kept.AddFirst(submitted);
                while (_kept.Count > JobsKeptMax || _kept.Sum(kept => (long)kept.Plan.TaskCount) > TasksKeptMax)
                {
                    _kept.RemoveLast();
                }
            }

            return submitted;
        }
    }
}
