using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Jobs as the views tell them.</summary>
internal sealed class JobEndpoints(ApiServices services, LastLines lastLines)
{
    private const int LimitDefault = 100;
    private const int LimitMax = 10_000;
    private const int TasksAtOnce = 10_000;
    private const int FailedTasksWithLines = 50;

    public async Task<IResult> ListAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var query = context.Request.Query;
        if (query["id"] is { Count: > 0 } ids)
        {
            var numbers = ids.Select(id => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? new JobId(n) : default).ToImmutableArray();
            return Endpoints.JobList([.. (await services.Views.GetJobsAsync(numbers, context.RequestAborted)).Select(ApiMapping.Summary)]);
        }

        if (!TryStatus(query["status"], out var status))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-status", $"There is no status '{query["status"]}': use {string.Join(", ", Enum.GetValues<JobStatus>().Select(ApiMapping.StatusOf))}.");
        }

        if (!TryLimit(query["limit"], out var limit))
        {
            return ProblemResult.Because(StatusCodes.Status400BadRequest, "bad-limit", $"'{query["limit"]}' is no limit: it is a whole number from 1 to {LimitMax}.");
        }

        var user = query["user"] is [{ } named] ? named : query["all"] == "true" ? null : RequestGuard.UserOf(context);
        var rows = await services.Views.ListJobsAsync(new JobFilter(user, status, limit), context.RequestAborted);
        return Endpoints.JobList([.. rows.Select(ApiMapping.Summary)]);
    }

    public async Task<IResult> ShowAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var id = Endpoints.JobOf(context);
        var job = await services.Views.GetJobAsync(id, context.RequestAborted);
        if (job is null)
        {
            return ProblemResult.NoSuchJob(id);
        }

        var detail = JobDetail.From(ApiMapping.Summary(job.Job), [.. job.Steps.Select(ApiMapping.Step)]) with
        {
            Findings = ApiMapping.Findings(job.Findings),
            After = [.. job.Job.After.Select(other => other.Value)],
            WaitsFor = [.. job.Job.WaitsFor.Select(other => other.Value)],
        };
        return context.Request.Query["tasks"] == "true"
            ? new JobWithTasksResult(detail, TasksAsync(job.Job.Job, context))
            : Endpoints.Json(detail, ApiJson.Default.JobDetail);
    }

    /// <summary>The job's summary now and at each change, until it has ended.</summary>
    public async Task FollowAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var job = Endpoints.JobOf(context);
        var first = await services.Views.GetJobsAsync([job], context.RequestAborted);
        if (first.IsEmpty)
        {
            await ProblemResult.NoSuchJob(job).ExecuteAsync(context);
            return;
        }

        await using var events = await EventStream.OpenAsync(context, services.System.Time, services.Stopping);
        JobSummary? told = null;
        while (!events.Ended.IsCancellationRequested)
        {
            var head = services.Journal.HeadOrdering;
            await services.Views.CaughtUpAsync(events.Ended);
            var summary = ApiMapping.Summary((await services.Views.GetJobsAsync([job], events.Ended))[0]);
            if (summary != told)
            {
                await events.SendAsync("status", JsonSerializer.Serialize(summary, ApiJson.Default.JobSummary));
                told = summary;
            }

            if (summary.HasEnded)
            {
                return;
            }

            await services.Journal.WaitForAsync(head + 1, events.Ended);
        }
    }

    /// <summary>More than can be given is no error: the list ends earlier, as it may anyhow.</summary>
    private static bool TryLimit(string? text, out int limit)
    {
        limit = LimitDefault;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked > 0;
        limit = Math.Min(asked, LimitMax);
        return isNumber;
    }

    private static bool TryStatus(string? text, out JobStatus? status)
    {
        status = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        status = Enum.GetValues<JobStatus>().Cast<JobStatus?>().FirstOrDefault(s => ApiMapping.StatusOf(s!.Value).Equals(text, StringComparison.OrdinalIgnoreCase));
        return status is not null;
    }

    /// <summary>Some at a time: a million of them are never in memory together, and no query lasts as long as it takes to send them.</summary>
    private async IAsyncEnumerable<TaskDetail> TasksAsync(JobId job, HttpContext context)
    {
        // A line may be anything that somebody typed: like what a task printed, it is not for visitors.
        var mayReadOutput = RequestGuard.UserOf(context) is not null;
        var plan = mayReadOutput ? await services.Plans.FindAsync(job, context.RequestAborted) : null;
        var (next, failed) = (0, 0);
        ImmutableArray<TaskRow> rows;
        do
        {
            rows = await services.Views.GetTasksAsync(job, new TaskFilter(next, TasksAtOnce), context.RequestAborted);
            foreach (var row in rows)
            {
                var wantsLines = row.State == TaskViewState.Error && mayReadOutput && failed++ < FailedTasksWithLines;
                yield return ApiMapping.Task(
                    mayReadOutput ? row : WithoutOutput(row),
                    wantsLines ? await lastLines.ReadAsync(job, row, context.RequestAborted) : null,
                    (task, attempt) => services.PhaseOf(job, task, attempt),
                    plan?.Steps[row.Step]);
                next = row.Task + 1;
            }
        }
        while (rows.Length == TasksAtOnce);
    }

    /// <summary>A sentence about an attempt or its task may quote the line that decided.</summary>
    private static TaskRow WithoutOutput(TaskRow row) => row with
    {
        Message = row.Attempts.Any(attempt => !attempt.Findings.IsEmpty) ? "" : row.Message,
        Attempts = [.. row.Attempts.Select(attempt => attempt.Findings.IsEmpty ? attempt : attempt with { Findings = [], Message = "" })],
    };
}
