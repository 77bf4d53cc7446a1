using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Estimates;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Catalog;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Reads the view tables.</summary>
/// <param name="reads">Where to.</param>
/// <param name="caughtUp">Waits until the tables hold what was committed.</param>
internal sealed class SqliteViews(Reads reads, Func<CancellationToken, Task> caughtUp) : IViews
{
    public IVisibleViews SeenBy(Caller caller) => new VisibleViews(reads, caller);

    public Task CaughtUpAsync(CancellationToken cancellationToken) => caughtUp(cancellationToken);

    public Task<ImmutableArray<JobRow>> ListJobsAsync(JobFilter filter, CancellationToken cancellationToken) =>
        reads.RunAsync(database => JobQueries.List(database, filter, caller: null), cancellationToken);

    public Task<ImmutableArray<JobRow>> GetJobsAsync(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken) =>
        reads.RunAsync(database => jobs.Select(job => JobQueries.Find(database, job)).OfType<JobRow>().ToImmutableArray(), cancellationToken);

    public Task<JobDetails?> GetJobAsync(JobId job, CancellationToken cancellationToken) =>
        reads.RunAsync(
            database => JobQueries.Find(database, job) is { } row ? new JobDetails(row, JobQueries.Steps(database, job), FindingQueries.CountsOf(database, job)) : null,
            cancellationToken);

    public Task<ImmutableArray<TaskRow>> GetTasksAsync(JobId job, TaskFilter filter, CancellationToken cancellationToken) =>
        reads.RunAsync(database => new TaskQuery(database, job).Run(filter), cancellationToken);

    public Task<ImmutableArray<JobId>> GetUnfinishedJobsAsync(CancellationToken cancellationToken) =>
        reads.RunAsync(JobQueries.Unfinished, cancellationToken);

    public Task<JobRow?> FindByIdempotencyKeyAsync(string user, string key, CancellationToken cancellationToken) =>
        reads.RunAsync(database => JobQueries.FindByKey(database, user, key), cancellationToken);

    public Task<JobId> GetLastJobAsync(CancellationToken cancellationToken) => reads.RunAsync(JobQueries.Last, cancellationToken);

    public Task<ImmutableArray<ResultRow>> GetResultsAsync(JobId job, CancellationToken cancellationToken) =>
        reads.RunAsync(database => FileQueries.ResultsOf(database, job, new ResultFilter()) ?? [], cancellationToken);

    public Task<ImmutableArray<CampaignRow>> ListCampaignsAsync(CancellationToken cancellationToken) => reads.RunAsync(static database => CampaignQueries.List(database, caller: null), cancellationToken);

    public Task<ImmutableArray<CampaignJob>> GetCampaignJobsAsync(string campaign, DateTimeOffset since, CancellationToken cancellationToken) =>
        reads.RunAsync(database => CampaignQueries.LastAttempts(database, campaign, since, caller: null), cancellationToken);

    public Task<int> GetUnitAttemptsAsync(string campaign, int request, string unit, string user, CancellationToken cancellationToken) =>
        reads.RunAsync(database => CampaignQueries.Attempts(database, campaign, request, unit, user), cancellationToken);

    public Task<long> CountEndedAttemptsAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        reads.RunAsync(database => StatisticsQueries.EndedSince(database, since), cancellationToken);

    public Task<ImmutableDictionary<TaskKind, TaskFigures>> GetTaskFiguresAsync(IReadOnlyCollection<TaskKind> kinds, CancellationToken cancellationToken) =>
        reads.RunAsync(database => HistoryQueries.Figures(database, kinds), cancellationToken);

    public Task<ImmutableArray<EstimateScore>> GetEstimateScoresAsync(CancellationToken cancellationToken) =>
        reads.RunAsync(static database => HistoryQueries.Scores(database, caller: null), cancellationToken);

    public Task<ImmutableArray<AuditLine>> GetAuditAsync(AuditFilter filter, CancellationToken cancellationToken) =>
        reads.RunAsync(database => AuditQueries.Read(database, filter), cancellationToken);

    public Task<ImmutableHashSet<string>> GetNamedCodeAsync(CancellationToken cancellationToken) => reads.RunAsync(JobQueries.NamedCode, cancellationToken);

    public Task<Statistics> GetStatisticsAsync(DateOnly since, CancellationToken cancellationToken) =>
        reads.RunAsync(
            database => StatisticsQueries.Read(database, since.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            cancellationToken);

    public Task<ChangedJobs> GetEndedAsync(long ordering, CancellationToken cancellationToken) =>
        reads.RunAsync(database => new ChangedJobs(JobQueries.Ended(database, ordering), TooMany: false, JobQueries.Checkpoint(database)), cancellationToken);

    public Task<Figures> GetFiguresAsync(CancellationToken cancellationToken) => reads.RunAsync(FiguresQueries.Read, cancellationToken);
}
