using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Journal.Store;
using Dpu.Journal.Tests.EventJournal;
using Dpu.Journal.Views;
using Shouldly;
using Xunit;

namespace Dpu.Journal.Tests.Views;

public sealed class JobViewTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2000, 4, 28, 12, 0, 0, TimeSpan.Zero);

    private readonly MemoryStore _store = new(Notes.Codec);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Jobs_are_listed_newest_first_by_user_status_and_page()
    {
        foreach (var job in new[] { 1, 2, 3, 5 })
        {
            await SubmitAsync(job, user: job == 2 ? "ann" : "bob");
        }

        await AppendAsync(3, 1, new JobEvent.CancelRequested("bob", false, Noon), new JobEvent.TasksAborted([new TaskRange(0, 1_000_000)], "cancelled", Noon));

        (await ListAsync(new JobFilter())).ShouldBe([5, 3, 2, 1]);
        (await ListAsync(new JobFilter(User: "bob"))).ShouldBe([5, 3, 1]);
        (await ListAsync(new JobFilter(Status: JobStatus.Cancelled))).ShouldBe([3]);
        (await ListAsync(new JobFilter(User: "ann", Status: JobStatus.Cancelled))).ShouldBeEmpty();
        (await ListAsync(new JobFilter(Limit: 2))).ShouldBe([5, 3]);
        (await ListAsync(new JobFilter(Limit: 2, Before: new JobId(3)))).ShouldBe([2, 1]);
        (await _store.Views.GetLastJobAsync(None)).ShouldBe(new JobId(5));
        (await _store.Views.GetJobsAsync([new(2), new(9), new(5)], None)).Select(row => row.Job.Value).ShouldBe([2, 5]);
        (await _store.Views.GetUnfinishedJobsAsync(None)).ShouldBe([new JobId(1), new JobId(2), new JobId(5)]);
    }

    [Fact]
    public async Task Code_is_named_by_jobs_and_by_files_and_each_once()
    {
        await SubmitAsync(1, code: "a");
        await SubmitAsync(2, code: "a");
        await SubmitAsync(3);
        var file = new CatalogFile("raw-1", "a.fits", "/raw/a.fits", 1, "0", "raw", ImmutableSortedDictionary<string, MetadataValue>.Empty, null, true, Noon) { CodeSha256 = "b" };
        await _store.Journal.AppendAsync("catalog", 0, [new CatalogEvent.FilesRegistered([file], Noon)], None);

        (await _store.Views.GetNamedCodeAsync(None)).ShouldBe(["a", "b"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_million_aborted_tasks_are_one_row_and_still_listed_one_by_one()
    {
        await SubmitAsync(1);
        await AppendAsync(1, 1, new JobEvent.TasksAborted([new TaskRange(0, 1_000_000)], "cancelled by ann", Noon));

        var job = (await _store.Views.GetJobAsync(new JobId(1), None))!;
        job.Job.Counts.ShouldBe(new TaskCounts(0, 0, 1_000_000, 0, 0));
        job.Job.Status.ShouldBe(JobStatus.Failed);
        var tasks = await _store.Views.GetTasksAsync(new JobId(1), new TaskFilter(From: 999_998, State: TaskViewState.Aborted), None);
        tasks.Select(task => (task.Task, task.Message)).ShouldBe([(999_998, "cancelled by ann"), (999_999, "cancelled by ann")]);
        TableDump.Of(_store.Tables).Count.ShouldBe(10, "the job, its step, what that took, who submitted it, the range, how it stood after either event, and its part of the queue, the hour and the day");
    }

    [Fact]
    public async Task The_same_key_of_another_user_is_another_job()
    {
        await SubmitAsync(1, user: "ann");
        await SubmitAsync(2, user: "bob", key: "key-1");

        (await _store.Views.FindByIdempotencyKeyAsync("bob", "key-1", None))!.Job.ShouldBe(new JobId(2));
        (await _store.Views.FindByIdempotencyKeyAsync("ann", "key-1", None))!.Fingerprint.ShouldBe("f00d");
        (await _store.Views.FindByIdempotencyKeyAsync("eve", "key-1", None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_lost_attempt_says_when_and_why_and_its_task_can_start_again()
    {
        await SubmitAsync(1);
        await AppendAsync(
            1,
            1,
            new JobEvent.TasksStarted("n1", Guid.Empty, [new TaskAttempt(7, 1)], Noon),
            new JobEvent.AttemptsLost("n1", "silent", [new TaskAttempt(7, 1)], Noon.AddMinutes(5)),
            new JobEvent.TasksStarted("n2", Guid.Empty, [new TaskAttempt(7, 2)], Noon.AddMinutes(6)));

        var task = (await _store.Views.GetTasksAsync(new JobId(1), new TaskFilter(From: 7, Limit: 1), None)).Single();
        task.State.ShouldBe(TaskViewState.Running);
        task.Attempts.Select(attempt => (attempt.Number, attempt.Node, attempt.State, attempt.EndedAt, attempt.Cause, attempt.Message)).ShouldBe(
        [
            (1, "n1", TaskViewState.Unknown, Noon.AddMinutes(5), FailureCause.Node, "silent"),
            (2, "n2", TaskViewState.Running, null, null, ""),
        ]);
        (await _store.Views.GetJobAsync(new JobId(1), None))!.Job.Counts.Unknown.ShouldBe(0);
    }

    [Fact]
    public async Task The_golden_journal_shows_its_results_and_statistics()
    {
        await _store.Journal.AppendAsync("catalog", 0, [GoldenEvents.V1[^1]], None);
        await _store.Journal.AppendAsync("job-84820", 0, [GoldenEvents.All[0]], None);
        await AppendAsync(84820, 1, new JobEvent.TasksStarted("schmidt", Guid.Empty, [new TaskAttempt(0, 1)], Noon));
        var ended = (JobEvent.TasksEnded)GoldenEvents.All[4];
        await AppendAsync(84820, 2, ended with { Ends = [ended.Ends[0]] });

        var result = (await _store.Views.GetResultsAsync(new JobId(84820), None)).Single();
        (result.Step, result.Main, result.File.Id, result.File.Name, result.File.Committed).ShouldBe(("Reduce", true, "84820.0.1.reduced", "WFI.fits", true));
        result.File.MadeBy.ShouldBe(new AttemptId(new JobId(84820), 0, 1));
        result.File.Metadata["chip"].ShouldBe(MetadataValue.Of("ccd50"));
        (await _store.Views.GetStatisticsAsync(new DateOnly(2000, 4, 28), None)).Done.ShouldBe(
            [new StatisticsRow(new DateOnly(2000, 4, 28), "fokke", "Reduce", 1, 1, 0, 0, 2.5, 1.25, 1 << 20, 1, 2880)]);
        (await _store.Views.GetStatisticsAsync(new DateOnly(2000, 4, 29), None)).Done.ShouldBeEmpty();
        (await _store.Views.GetJobAsync(new JobId(84820), None))!.Job.Tags.ShouldBe(["night, 28", "\"april\""]);
    }

    private async Task<IEnumerable<int>> ListAsync(JobFilter filter) => (await _store.Views.ListJobsAsync(filter, None)).Select(row => row.Job.Value);

    private Task SubmitAsync(int job, string user = "ann", string? key = null, string? code = null) => AppendAsync(job, 0, new JobEvent.Submitted(
        new JobId(job),
        new JobSpec("exec", user, 0, [], false, 1, key ?? $"key-{job}", "f00d") { Code = code is null ? null : new ShippedCode(code, 1) },
        new JobPlan([], [new StepPlan("true", null, 0, 1_000_000, new Resources(1, 0), null, new StepWork.Exec(["true"], new TaskLines(1_000_000, [])))]),
        Noon));

    private Task AppendAsync(int job, long expected, params JobEvent[] events) =>
        _store.Journal.AppendAsync(JobPersistenceId.Of(new JobId(job)), expected, events, None);
}
