using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Jobs as the views tell them.</summary>
internal sealed class JobEndpoints(ApiServices services)
{
    private const int LimitDefault = 100;
    private const int VersionBytes = 12;
    private const string Before = "before";
    private const int TasksAtOnce = 10_000;
    private const int TasksOfAPage = 1000;
    private const int FailedTasksWithLines = 50;

    public async Task<IResult> ListAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var (query, visible) = (context.Request.Query, services.VisibleTo(context));
        if (query["id"] is { Count: > 0 } ids)
        {
            var numbers = ids.Select(id => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? new JobId(n) : default).ToImmutableArray();
            return Endpoints.JobList([.. (await visible.Queue.GetJobsAsync(numbers, context.RequestAborted)).Select(ApiMapping.Summary)]);
        }

        if (!TryStatus(query["status"], out var status))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-status", $"There is no status '{query["status"]}': use {string.Join(", ", Enum.GetValues<JobStatus>().Select(ApiMapping.StatusOf))}.");
        }

        if (!Paging.TryLimit(context, out var asked))
        {
            return Paging.BadLimit(context);
        }

        if (!TryBefore(query[Before], out var before))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-cursor", $"'{query[Before]}' is no job's number.");
        }

        var limit = asked ?? LimitDefault;

        var user = query["user"] is [{ } named] ? named : query["all"] == "true" ? null : RequestGuard.UserOf(context);
        var rows = await visible.Queue.ListJobsAsync(new JobFilter(user, status, limit, before), context.RequestAborted);
        if (rows.Length == limit)
        {
            Paging.SayNext(context, Before, rows[^1].Job.ToString());
        }

        return Endpoints.JobList([.. rows.Select(ApiMapping.Summary)]);
    }

    public async Task<IResult> ShowAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var id = Endpoints.JobOf(context);
        var visible = services.VisibleTo(context);
        var job = await visible.Queue.GetJobAsync(id, context.RequestAborted);
        if (job is null)
        {
            return ProblemResult.NoSuchJob(id);
        }

        var detail = JobDetail.From(ApiMapping.Summary(job.Job), [.. job.Steps.Select(ApiMapping.Step)]) with
        {
            Findings = ApiMapping.Findings(job.Findings),
            After = [.. job.Job.After.Select(other => other.Value)],
            WaitsFor = [.. job.Job.WaitsFor.Select(other => other.Value)],
            Version = job.Job.Version,
            CodeSha256 = job.Job.CodeSha256,
            EstimatedSeconds = job.Job.EstimatedSeconds,
            CancelledBy = job.Job.CancelledBy,
        };
        if (context.Request.Query["tasks"] != "true")
        {
            return Endpoints.Json(detail, ApiJson.Default.JobDetail);
        }

        var (open, refusal) = visible.Open(job);
        return open is null ? refusal! : new JobWithTasksResult(detail, TasksAsync(open, context));
    }

    /// <summary>A page of a job's tasks.</summary>
    public async Task<IResult> TasksAsync(HttpContext context)
    {
        if (!Paging.TryLimit(context, out var asked))
        {
            return Paging.BadLimit(context);
        }

        if (!TryState(context.Request.Query["state"], out var state))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-state", $"No task is '{context.Request.Query["state"]}': use {string.Join(", ", Enum.GetNames<TaskViewState>())}.");
        }

        if (!TryCause(context.Request.Query["cause"], out var cause))
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-cause", $"No attempt ends with cause '{context.Request.Query["cause"]}': use {string.Join(", ", Causes)}.");
        }

        var (cursor, from) = (context.Request.Query[Paging.After].ToString(), 0);
        if (cursor.Length > 0 && !(int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from) && from++ < int.MaxValue))
        {
            return Paging.BadCursor(cursor);
        }

        await services.FreshenAsync(context.RequestAborted);
        var (job, refusal) = await services.VisibleTo(context).OpenAsync(Endpoints.JobOf(context), context.RequestAborted);
        if (job is null)
        {
            return refusal!;
        }

        var limit = asked ?? TasksOfAPage;
        var filter = new TaskFilter(from, limit + 1, state) { Step = Text(context, "step"), Node = Text(context, "node"), Cause = cause };
        var rows = await job.GetTasksAsync(filter, context.RequestAborted);
        if (rows.Length > limit)
        {
            Paging.SayNext(context, Paging.After, rows[limit - 1].Task.ToString(CultureInfo.InvariantCulture));
        }

        var tasks = new List<TaskDetail>();
        var plan = await job.FindPlanAsync(context.RequestAborted);
        var failedBefore = context.Request.Query["lines"] == "false" ? FailedTasksWithLines : 0;
        await foreach (var task in TasksAsync(job, plan, [.. rows.Take(limit)], failedBefore, context.RequestAborted))
        {
            tasks.Add(task);
        }

        return Endpoints.Json<IReadOnlyList<TaskDetail>>(tasks, ApiJson.Default.IReadOnlyListTaskDetail);
    }

    /// <summary>The job's summary now and at each change, until it has ended.</summary>
    public async Task FollowAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var job = Endpoints.JobOf(context);
        var visible = services.VisibleTo(context);
        if (await visible.FindLineAsync(job, context.RequestAborted) is not { } first)
        {
            await ProblemResult.NoSuchJob(job).ExecuteAsync(context);
            return;
        }

        var told = EventStream.LastIdOf(context);
        if (first.EndedAt is not null && told == VersionOf(JsonSerializer.Serialize(ApiMapping.Summary(first), ApiJson.Default.JobSummary)))
        {
            // A browser asks again when a stream ends; this tells it that there is no more.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await using var events = await EventStream.OpenAsync(context, services.System.Time, services.Stopping);
        while (!events.Ended.IsCancellationRequested)
        {
            var head = services.Journal.HeadOrdering;
            await services.Readable.CaughtUpAsync(events.Ended);
            if (await visible.FindLineAsync(job, events.Ended) is not { } line)
            {
                // It was taken back from those who saw it.
                return;
            }

            var summary = ApiMapping.Summary(line);
            var json = JsonSerializer.Serialize(summary, ApiJson.Default.JobSummary);
            if (VersionOf(json) is var version && version != told)
            {
                await events.SendAsync("status", json, version);
                told = version;
            }

            if (summary.HasEnded)
            {
                return;
            }

            await services.Journal.WaitForAsync(head + 1, events.Ended);
        }
    }

    /// <summary>What a status is told apart from others by: the same after a restart of the service.</summary>
    private static string VersionOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)).AsSpan(0, VersionBytes));

    private static bool TryBefore(string? text, out JobId? before)
    {
        before = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new JobId(number) : null;
        return before is not null || string.IsNullOrEmpty(text);
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
    private async IAsyncEnumerable<TaskDetail> TasksAsync(OpenJob job, HttpContext context)
    {
        var plan = await job.FindPlanAsync(context.RequestAborted);
        var (next, failed) = (0, 0);
        ImmutableArray<TaskRow> rows;
        do
        {
            rows = await job.GetTasksAsync(new TaskFilter(next, TasksAtOnce), context.RequestAborted);
            await foreach (var task in TasksAsync(job, plan, rows, failed, context.RequestAborted))
            {
                yield return task;
                next = task.Task + 1;
            }

            failed += rows.Count(static row => row.State == TaskViewState.Error);
        }
        while (rows.Length == TasksAtOnce);
    }

    /// <param name="job">Theirs.</param>
    /// <param name="plan">The job's; read once, for it may be large.</param>
    /// <param name="rows">Which.</param>
    /// <param name="failedBefore">Of those that failed only the first ones come with their last lines.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async IAsyncEnumerable<TaskDetail> TasksAsync(
        OpenJob job, JobPlan? plan, ImmutableArray<TaskRow> rows, int failedBefore, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            var wantsLines = row.State == TaskViewState.Error && failedBefore++ < FailedTasksWithLines;
            yield return ApiMapping.Task(
                row,
                wantsLines ? await LastLines.ReadAsync(job, row, cancellationToken) : null,
                (task, attempt) => services.PhaseOf(job.Id, task, attempt),
                plan?.Steps[row.Step]);
        }
    }

    private static string? Text(HttpContext context, string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static IEnumerable<string> Causes => Enum.GetNames<FailureCause>().Select(static name => name.ToLowerInvariant());

    private static bool TryCause(string? text, out FailureCause? cause)
    {
        cause = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        cause = Enum.GetValues<FailureCause>().Cast<FailureCause?>().FirstOrDefault(known => known.ToString()!.Equals(text, StringComparison.OrdinalIgnoreCase));
        return cause is not null;
    }

    private static bool TryState(string? text, out TaskViewState? state)
    {
        state = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        state = Enum.GetValues<TaskViewState>().Cast<TaskViewState?>().FirstOrDefault(known => known.ToString()!.Equals(text, StringComparison.OrdinalIgnoreCase));
        return state is not null;
    }
}
