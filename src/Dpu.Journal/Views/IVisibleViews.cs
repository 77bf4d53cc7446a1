using System.Collections.Immutable;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Estimates;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.Views;

/// <summary>
/// The views as one caller sees them. What he does not see is not there: not in a list, not in a count, and not as a gap in a page.
/// Lines of the queue follow <see cref="Domain.Users.Caller.SeesInQueue"/>, what jobs made and took follows <see cref="Domain.Users.Caller.Sees"/>.
/// </summary>
/// <remarks>Every call answers from one moment and throws <see cref="Kernel.Persistence.JournalException"/> when the store cannot be read.</remarks>
public interface IVisibleViews
{
    /// <inheritdoc cref="IViews.ListJobsAsync"/>
    Task<ImmutableArray<JobRow>> ListJobsAsync(JobFilter filter, CancellationToken cancellationToken);

    /// <summary>The lines of these jobs, in the order asked for; those that are not there for him are left out.</summary>
    Task<ImmutableArray<JobRow>> GetJobsAsync(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken);

    /// <summary>A job with its steps, if he sees its line; what was found in its output is there only if he may look into it, and other jobs that it waits for only if he sees these.</summary>
    Task<JobDetails?> GetJobAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>How many tasks of each step run, by the step's index: of a job that he may look into; empty for others.</summary>
    Task<ImmutableArray<int>> GetRunningAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>
    /// Tasks that say something about their job beside those that failed: they run, are held, lost or aborted, were tried again, or took longest. Of a job that he may look into.
    /// </summary>
    /// <param name="job">Which job.</param>
    /// <param name="max">At most about so many of a kind.</param>
    /// <param name="slowest">How many of those that took longest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ImmutableArray<TaskRow>> GetNotableTasksAsync(JobId job, int max, int slowest, CancellationToken cancellationToken);

    /// <summary>A task of a job that he may look into; null when there is none.</summary>
    Task<TaskRow?> GetTaskAsync(JobId job, int task, CancellationToken cancellationToken);

    /// <summary>What a job that he may look into made, by task; null when it did not make the file behind which it is to begin.</summary>
    Task<ImmutableArray<ResultRow>?> GetResultsAsync(JobId job, ResultFilter filter, CancellationToken cancellationToken);

    /// <summary>When attempts at tasks ran where: of a job that he may look into; null for others.</summary>
    /// <param name="job">Which job.</param>
    /// <param name="tasksMax">Of a job with more tasks every second, third, … is taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<AttemptSample?> SampleAttemptsAsync(JobId job, int tasksMax, CancellationToken cancellationToken);

    /// <summary>The lines that changed behind an event of the journal.</summary>
    /// <param name="ordering">The event's.</param>
    /// <param name="limit">Of more than so many changed jobs none is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ChangedJobs> GetChangedAsync(long ordering, int limit, CancellationToken cancellationToken);

    /// <summary>Campaigns by name, in figures of the jobs whose lines he sees.</summary>
    Task<ImmutableArray<CampaignRow>> ListCampaignsAsync(CancellationToken cancellationToken);

    /// <summary>The last attempt at each unit of a campaign among the jobs whose lines he sees, by rising number of the job.</summary>
    Task<ImmutableArray<CampaignJob>> GetCampaignJobsAsync(string campaign, CancellationToken cancellationToken);

    /// <summary>Sums over the jobs whose lines he sees.</summary>
    Task<QueueTotals> GetTotalsAsync(CancellationToken cancellationToken);

    /// <summary>How good the estimates of the last finished jobs were, by program: of jobs that he may look into, since programs of commands have names.</summary>
    Task<ImmutableArray<EstimateScore>> GetEstimateScoresAsync(CancellationToken cancellationToken);

    /// <summary>What a sequence took before, by the jobs whose lines he sees.</summary>
    /// <param name="sequence">As jobs have it.</param>
    /// <param name="recipes">Its recipes, for a sequence that did not run yet.</param>
    /// <param name="limit">At most so many jobs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<SequenceRuns> GetRunsAsync(string sequence, IReadOnlyCollection<string> recipes, int limit, CancellationToken cancellationToken);

    /// <summary>Attempts that a node was given and that have not ended, as far as the journal knows, of jobs that he may look into: by job, task and number.</summary>
    /// <param name="node">The node.</param>
    /// <param name="after">Only those behind this one; null for the first ones.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ImmutableArray<GivenAttempt>> GetRunningAsync(string node, AttemptId? after, int limit, CancellationToken cancellationToken);

    /// <summary>The queue as it was at a past moment, of jobs whose lines he sees now.</summary>
    Task<QueueMoment> GetMomentAsync(MomentFilter filter, CancellationToken cancellationToken);

    /// <summary>What was done in a time: of jobs whose lines he sees, and, where it tells of the inside of jobs, of those that he may look into.</summary>
    /// <param name="span">How finely.</param>
    /// <param name="from">From the hour or day in which this is.</param>
    /// <param name="to">Up to the hour or day in which this is, exclusively.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<WorkReport> GetWorkAsync(WorkSpan span, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
