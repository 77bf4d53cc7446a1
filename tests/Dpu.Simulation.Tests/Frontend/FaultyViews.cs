using System.Collections.Immutable;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;

namespace Dpu.Simulated;

/// <summary>Views that take their time, and fail when the store does.</summary>
internal sealed class FaultyViews(IViews views, ServiceWorld world) : IViews
{
    private static readonly TimeSpan LatencyMax = TimeSpan.FromMilliseconds(20);

    public async Task CaughtUpAsync(CancellationToken cancellationToken)
    {
        await world.DelayAsync(LatencyMax, cancellationToken);
        await world.Faults.WaitWhileStalledAsync(cancellationToken);
        if (world.Chance(world.Faults.FailRead))
        {
            throw new JournalException("Simulated: the views cannot be read.");
        }

        await views.CaughtUpAsync(cancellationToken);
    }

    public Task<ImmutableArray<JobRow>> ListJobsAsync(JobFilter filter, CancellationToken cancellationToken) => views.ListJobsAsync(filter, cancellationToken);

    public Task<ImmutableArray<JobRow>> GetJobsAsync(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken) =>
        views.GetJobsAsync(jobs, cancellationToken);

    public IVisibleViews SeenBy(Caller caller) => views.SeenBy(caller);

    public Task<JobDetails?> GetJobAsync(JobId job, CancellationToken cancellationToken) => views.GetJobAsync(job, cancellationToken);

    public Task<ImmutableArray<TaskRow>> GetTasksAsync(JobId job, TaskFilter filter, CancellationToken cancellationToken) =>
        views.GetTasksAsync(job, filter, cancellationToken);

    public Task<ImmutableArray<JobId>> GetUnfinishedJobsAsync(CancellationToken cancellationToken) => views.GetUnfinishedJobsAsync(cancellationToken);

    public Task<JobRow?> FindByIdempotencyKeyAsync(string user, string key, CancellationToken cancellationToken) =>
        views.FindByIdempotencyKeyAsync(user, key, cancellationToken);

    public Task<JobId> GetLastJobAsync(CancellationToken cancellationToken) => views.GetLastJobAsync(cancellationToken);

    public Task<ImmutableArray<ResultRow>> GetResultsAsync(JobId job, CancellationToken cancellationToken) => views.GetResultsAsync(job, cancellationToken);

    public Task<ImmutableArray<CampaignRow>> ListCampaignsAsync(CancellationToken cancellationToken) => views.ListCampaignsAsync(cancellationToken);

    public Task<ImmutableArray<CampaignJob>> GetCampaignJobsAsync(string campaign, DateTimeOffset since, CancellationToken cancellationToken) =>
        views.GetCampaignJobsAsync(campaign, since, cancellationToken);

    public Task<int> GetUnitAttemptsAsync(string campaign, int request, string unit, string user, CancellationToken cancellationToken) =>
        views.GetUnitAttemptsAsync(campaign, request, unit, user, cancellationToken);

    public Task<long> CountEndedAttemptsAsync(DateTimeOffset since, CancellationToken cancellationToken) => views.CountEndedAttemptsAsync(since, cancellationToken);

    public Task<ImmutableDictionary<TaskKind, TaskFigures>> GetTaskFiguresAsync(IReadOnlyCollection<TaskKind> kinds, CancellationToken cancellationToken) =>
        views.GetTaskFiguresAsync(kinds, cancellationToken);

    public Task<ImmutableArray<EstimateScore>> GetEstimateScoresAsync(CancellationToken cancellationToken) => views.GetEstimateScoresAsync(cancellationToken);

    public Task<ImmutableArray<AuditLine>> GetAuditAsync(AuditFilter filter, CancellationToken cancellationToken) => views.GetAuditAsync(filter, cancellationToken);

    public Task<ImmutableHashSet<string>> GetNamedCodeAsync(CancellationToken cancellationToken) => views.GetNamedCodeAsync(cancellationToken);

    public Task<Statistics> GetStatisticsAsync(DateOnly since, CancellationToken cancellationToken) => views.GetStatisticsAsync(since, cancellationToken);

    public Task<ChangedJobs> GetEndedAsync(long ordering, CancellationToken cancellationToken) => views.GetEndedAsync(ordering, cancellationToken);

    public Task<Figures> GetFiguresAsync(CancellationToken cancellationToken) => views.GetFiguresAsync(cancellationToken);
}
