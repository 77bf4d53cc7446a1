using System.Collections.Immutable;
using Dpu.Domain.Campaigns;
using Dpu.Domain.Estimates;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Dpu.Domain.Users;
using Dpu.Journal.Catalog;
using Dpu.Journal.Sqlite;

namespace Dpu.Journal.Views;

/// <summary>Reads the view tables for a caller.</summary>
internal sealed class VisibleViews(Reads reads, Caller caller) : IVisibleViews
{
    public Task<ImmutableArray<JobRow>> ListJobsAsync(JobFilter filter, CancellationToken cancellationToken) =>
        reads.RunAsync(database => JobQueries.List(database, filter, caller), cancellationToken);

    public Task<ImmutableArray<JobRow>> GetJobsAsync(IReadOnlyCollection<JobId> jobs, CancellationToken cancellationToken) =>
        reads.RunAsync(database => Lines(database, jobs), cancellationToken);

    public Task<JobDetails?> GetJobAsync(JobId job, CancellationToken cancellationToken) => reads.RunAsync(database => Details(database, job), cancellationToken);

    public Task<ImmutableArray<int>> GetRunningAsync(JobId job, CancellationToken cancellationToken) =>
        reads.RunAsync<ImmutableArray<int>>(database => SeesInto(database, job) ? AttemptQueries.Running(database, job) : [], cancellationToken);

    public Task<ImmutableArray<TaskRow>> GetNotableTasksAsync(JobId job, int max, int slowest, CancellationToken cancellationToken) => reads.RunAsync<ImmutableArray<TaskRow>>(
        database => SeesInto(database, job) ? new TaskQuery(database, job).Run(AttemptQueries.Notable(database, job, max, slowest)) : [],
        cancellationToken);

    public Task<TaskRow?> GetTaskAsync(JobId job, int task, CancellationToken cancellationToken) => reads.RunAsync(
        database => SeesInto(database, job) ? new TaskQuery(database, job).Run([task]).FirstOrDefault() : null,
        cancellationToken);

    public Task<ImmutableArray<ResultRow>?> GetResultsAsync(JobId job, ResultFilter filter, CancellationToken cancellationToken) => reads.RunAsync<ImmutableArray<ResultRow>?>(
        database => SeesInto(database, job) ? FileQueries.ResultsOf(database, job, filter) : [],
        cancellationToken);

    public Task<AttemptSample?> SampleAttemptsAsync(JobId job, int tasksMax, CancellationToken cancellationToken) =>
        reads.RunAsync(database => SeesInto(database, job) ? AttemptQueries.Sample(database, job, tasksMax) : null, cancellationToken);

    public Task<ChangedJobs> GetChangedAsync(long ordering, int limit, CancellationToken cancellationToken) =>
        reads.RunAsync(database => Changed(database, ordering, limit), cancellationToken);

    public Task<ImmutableArray<CampaignRow>> ListCampaignsAsync(CancellationToken cancellationToken) =>
        reads.RunAsync(database => CampaignQueries.List(database, caller), cancellationToken);

    public Task<ImmutableArray<CampaignJob>> GetCampaignJobsAsync(string campaign, CancellationToken cancellationToken) =>
        reads.RunAsync(database => CampaignQueries.LastAttempts(database, campaign, DateTimeOffset.MinValue, caller), cancellationToken);

    public Task<QueueTotals> GetTotalsAsync(CancellationToken cancellationToken) =>
        reads.RunAsync(database => StatisticsQueries.Totals(database, caller), cancellationToken);

    public Task<ImmutableArray<EstimateScore>> GetEstimateScoresAsync(CancellationToken cancellationToken) =>
        reads.RunAsync(database => HistoryQueries.Scores(database, caller), cancellationToken);

    public Task<SequenceRuns> GetRunsAsync(string sequence, IReadOnlyCollection<string> recipes, int limit, CancellationToken cancellationToken) =>
        reads.RunAsync(database => HistoryQueries.OfSequence(database, sequence, recipes, limit, caller), cancellationToken);

    public Task<ImmutableArray<GivenAttempt>> GetRunningAsync(string node, AttemptId? after, int limit, CancellationToken cancellationToken) =>
        reads.RunAsync(database => RunningQueries.On(database, node, after, limit, caller), cancellationToken);

    public Task<QueueMoment> GetMomentAsync(MomentFilter filter, CancellationToken cancellationToken) =>
        reads.RunAsync(database => MomentQueries.At(database, filter, caller), cancellationToken);

    public Task<WorkReport> GetWorkAsync(WorkSpan span, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        reads.RunAsync(database => WorkQueries.Read(database, span, from, to, caller), cancellationToken);

    private ImmutableArray<JobRow> Lines(Database database, IEnumerable<JobId> jobs) =>
        [.. jobs.Select(job => JobQueries.Find(database, job)).OfType<JobRow>().Where(SeesLine).Select(row => WithoutOthers(database, row))];

    /// <summary>One moment, so that nothing falls between the lines and the place from which the next question goes on.</summary>
    private ChangedJobs Changed(Database database, long ordering, int limit)
    {
        var rows = JobQueries.Changed(database, ordering, limit + 1);
        var checkpoint = JobQueries.Checkpoint(database);
        return rows.Length > limit
            ? new ChangedJobs([], TooMany: true, checkpoint)
            : new ChangedJobs([.. rows.Where(SeesLine).OrderBy(row => row.Job.Value)], TooMany: false, checkpoint);
    }

    private JobDetails? Details(Database database, JobId job)
    {
        if (JobQueries.Find(database, job) is not { } row || !SeesLine(row))
        {
            return null;
        }

        var findings = caller.Sees(row.User, row.Context) ? FindingQueries.CountsOf(database, job) : [];
        return new JobDetails(WithoutOthers(database, row), JobQueries.Steps(database, job), findings);
    }

    private JobRow WithoutOthers(Database database, JobRow row)
    {
        bool IsThere(JobId other) => JobQueries.Find(database, other) is { } found && SeesLine(found);
        return row.After.IsEmpty ? row : row with { After = [.. row.After.Where(IsThere)], WaitsFor = [.. row.WaitsFor.Where(IsThere)] };
    }

    private bool SeesInto(Database database, JobId job) => JobQueries.Find(database, job) is { } row && caller.Sees(row.User, row.Context);

    private bool SeesLine(JobRow row) => caller.SeesInQueue(row.User, row.Context);
}
