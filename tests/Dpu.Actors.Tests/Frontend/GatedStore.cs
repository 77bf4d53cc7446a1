using System.Collections.Immutable;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Views;
using Dpu.Kernel.Persistence;

namespace Dpu.Actors.Tests.Frontend;

/// <summary>A journal whose appends a test holds up or makes fail.</summary>
internal sealed class GatedJournal(IEventJournal journal) : IEventJournal
{
    /// <summary>Appends wait for it while it is set.</summary>
    public TaskCompletionSource? Hold { get; set; }

    public bool Fails { get; set; }

    public async Task AppendAsync(string persistenceId, long expectedSequenceNr, IReadOnlyList<object> events, CancellationToken cancellationToken)
    {
        await (Hold?.Task ?? Task.CompletedTask);
        if (Fails)
        {
            throw new JournalException("the disk is full");
        }

        await journal.AppendAsync(persistenceId, expectedSequenceNr, events, cancellationToken);
    }

    public IAsyncEnumerable<PersistedEvent> ReadAsync(string persistenceId, long fromSequenceNr, CancellationToken cancellationToken) =>
        journal.ReadAsync(persistenceId, fromSequenceNr, cancellationToken);

    public Task<Snapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken) => journal.LoadSnapshotAsync(persistenceId, cancellationToken);

    public Task SaveSnapshotAsync(string persistenceId, Snapshot snapshot, CancellationToken cancellationToken) =>
        journal.SaveSnapshotAsync(persistenceId, snapshot, cancellationToken);
}

/// <summary>Views that a test holds up or makes fail.</summary>
internal sealed class GatedViews(IViews views) : IViews
{
    public TaskCompletionSource? Hold { get; set; }

    public bool Fails { get; set; }

    public async Task CaughtUpAsync(CancellationToken cancellationToken)
    {
        await (Hold?.Task ?? Task.CompletedTask);
        if (Fails)
        {
            throw new JournalException("the views are away");
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
