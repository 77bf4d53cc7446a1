using System.Collections.Immutable;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.Views;

/// <summary>Which jobs are listed; null means any.</summary>
/// <param name="User">Only this user's.</param>
/// <param name="Status">Only those that stand so.</param>
/// <param name="Limit">At most so many, the newest.</param>
/// <param name="Before">Only jobs with a smaller number: for the next page.</param>
public sealed record JobFilter(string? User = null, JobStatus? Status = null, int Limit = 100, JobId? Before = null);

/// <summary>Which tasks of a job are listed.</summary>
/// <param name="From">The first number wanted.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="State">Only those that stand so; null for any.</param>
public sealed record TaskFilter(int From = 0, int Limit = 1000, TaskViewState? State = null)
{
    /// <summary>Only those of the step of this name.</summary>
    public string? Step { get; init; }

    /// <summary>Only those of which an attempt was given to this node.</summary>
    public string? Node { get; init; }

    /// <summary>Only those whose last attempt ended for this reason.</summary>
    public FailureCause? Cause { get; init; }
}

/// <summary>Which of the files that a job made are listed.</summary>
/// <param name="Limit">At most so many.</param>
/// <param name="After">Those behind this one, by its id; null for the first.</param>
/// <param name="Task">Only this task's.</param>
/// <param name="MainOnly">Only its main objects.</param>
public sealed record ResultFilter(int Limit = int.MaxValue, string? After = null, int? Task = null, bool MainOnly = false);

/// <summary>
/// What clients and pages read. A view equals the fold of the journal up to its checkpoint, and lags behind it by a moment: await
/// <see cref="CaughtUpAsync"/> to read what was just committed.
/// </summary>
/// <remarks>Every call answers from one moment and throws <see cref="JournalException"/> when the store cannot be read.</remarks>
public interface IViews
{
    /// <summary>The same for somebody who asks: whatever is answered to a request comes from here. The other members are what the DPU asks for itself.</summary>
    IVisibleViews SeenBy(Domain.Users.Caller caller);

    /// <summary>Completes when the views hold everything that was committed before this call.</summary>
    /// <exception cref="JournalException">They cannot: the disk is full, or an event is unknown.</exception>
    Task CaughtUpAsync(CancellationToken cancellationToken);

    /// <summary>Jobs by falling number.</summary>
    Task<ImmutableArray<JobRow>> ListJobsAsync(JobFilter filter, CancellationToken cancellationToken);

    /// <summary>These jobs, in the order asked for; unknown ones are left out.</summary>
    Task<ImmutableArray<JobRow>> GetJobsAsync(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken);

    /// <summary>A job with its steps; null when there is none of this number.</summary>
    Task<JobDetails?> GetJobAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>Tasks of a job with their attempts, by rising number; tasks to which nothing happened yet are included.</summary>
    Task<ImmutableArray<TaskRow>> GetTasksAsync(JobId job, TaskFilter filter, CancellationToken cancellationToken);

    /// <summary>Numbers of all jobs that have not ended, rising: those that have to be recovered at start.</summary>
    Task<ImmutableArray<JobId>> GetUnfinishedJobsAsync(CancellationToken cancellationToken);

    /// <summary>The job that <paramref name="user"/> submitted under this key; null when there is none.</summary>
    Task<JobRow?> FindByIdempotencyKeyAsync(string user, string key, CancellationToken cancellationToken);

    /// <summary>The largest number given to a job so far; 0 before the first.</summary>
    Task<JobId> GetLastJobAsync(CancellationToken cancellationToken);

    /// <summary>What a job made, by task.</summary>
    Task<ImmutableArray<ResultRow>> GetResultsAsync(JobId job, CancellationToken cancellationToken);

    /// <summary>All campaigns by name.</summary>
    Task<ImmutableArray<CampaignRow>> ListCampaignsAsync(CancellationToken cancellationToken);

    /// <summary>The last attempt at each unit of a campaign, by rising number of the job; those that ended before <paramref name="since"/> are left out.</summary>
    Task<ImmutableArray<CampaignJob>> GetCampaignJobsAsync(string campaign, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>How often a unit of a request was submitted so far, in jobs that <paramref name="user"/> knows of: a number must not tell of private ones.</summary>
    Task<int> GetUnitAttemptsAsync(string campaign, int request, string unit, string user, CancellationToken cancellationToken);

    /// <summary>How many attempts ended since a moment, which is no more than an hour before the newest end; to the second.</summary>
    Task<long> CountEndedAttemptsAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>What earlier tasks of these kinds took, or of the next wider kind of which enough is known; kinds of which too little is known are left out.</summary>
    Task<ImmutableDictionary<TaskKind, TaskFigures>> GetTaskFiguresAsync(IReadOnlyCollection<TaskKind> kinds, CancellationToken cancellationToken);

    /// <summary>How good the estimates of the last finished jobs were, by program.</summary>
    Task<ImmutableArray<EstimateScore>> GetEstimateScoresAsync(CancellationToken cancellationToken);

    /// <summary>What people did, the newest first.</summary>
    Task<ImmutableArray<AuditLine>> GetAuditAsync(AuditFilter filter, CancellationToken cancellationToken);

    /// <summary>The code of users' own that any job or file names, by its checksum.</summary>
    Task<ImmutableHashSet<string>> GetNamedCodeAsync(CancellationToken cancellationToken);

    /// <summary>The queue now, and the work done since <paramref name="since"/> (a day in UTC).</summary>
    Task<Statistics> GetStatisticsAsync(DateOnly since, CancellationToken cancellationToken);

    /// <summary>All jobs that have ended and changed behind an event of the journal, by rising number.</summary>
    Task<ChangedJobs> GetEndedAsync(long ordering, CancellationToken cancellationToken);

    /// <summary>Sums over everything there is and was.</summary>
    Task<Figures> GetFiguresAsync(CancellationToken cancellationToken);
}
