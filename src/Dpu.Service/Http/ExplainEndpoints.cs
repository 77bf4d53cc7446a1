using System.Collections.Immutable;
using Dpu.Actors.Scheduling;
using Dpu.Client.Contracts;
using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Dpu.Domain.Scheduling;
using Dpu.Journal.Views;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Brings together what views, plan and scheduler know of a job; <see cref="Explanation"/> says what it means.</summary>
internal sealed class ExplainEndpoints(ApiServices services)
{
    // Of a large job only those are read that say something: as quickly however many there are beside them.
    private const int WholeMax = 1_000;
    private const int NotableMax = 2_000;
    private const int FailedMax = 2_000;
    private const int Slowest = 3;
    private const int MessagesWithLines = 5;

    public async Task<IResult> ExplainAsync(HttpContext context)
    {
        await services.FreshenAsync(context.RequestAborted);
        var id = Endpoints.JobOf(context);
        var visible = services.VisibleTo(context);
        var (open, refusal) = await visible.OpenAsync(id, context.RequestAborted);
        if (open is null)
        {
            return refusal!;
        }

        if (await open.FindPlanAsync(context.RequestAborted) is not { } plan)
        {
            return ProblemResult.NoSuchJob(id);
        }

        JobWaits waits;
        try
        {
            waits = open.Line.EndedAt is null
                ? await services.Scheduler.AskAsync<SchedulerMessage, JobWaits>(
                    services.System, replyTo => new SchedulerMessage.Explain(id, replyTo), services.Options.Http.AnswerTimeout, context.RequestAborted)
                : new JobWaits(id, [], []);
        }
        catch (AskTimeoutException)
        {
            return ProblemResult.Because(StatusCodes.Status503ServiceUnavailable, "unavailable", "The scheduler did not answer in time.");
        }

        var job = await FactsAsync(visible, open, plan, await HideOthersAsync(visible, waits, context.RequestAborted), context.RequestAborted);
        var reasons = Explanation.Of(job, services.System.Time.GetUtcNow());
        return Endpoints.Json(
            new JobExplanation(id.Value, ApiMapping.StatusOf(job.Status), [.. reasons.Select(reason => new ExplainedReason(reason.Code, reason.Message, reason.Tasks, reason.Suggestion))]),
            ApiJson.Default.JobExplanation);
    }

    /// <summary>Other jobs that come first are named to whoever sees their lines.</summary>
    private static async Task<JobWaits> HideOthersAsync(Visible visible, JobWaits waits, CancellationToken cancellationToken)
    {
        var named = waits.JobsNamed();
        var seen = named.IsEmpty ? [] : (await visible.Queue.GetJobsAsync(named, cancellationToken)).Select(row => row.Job).ToImmutableHashSet();
        return waits.TellableTo(visible.Caller, seen.Contains);
    }

    private async Task<ExplainedJob> FactsAsync(Visible visible, OpenJob open, JobPlan plan, JobWaits waits, CancellationToken cancellationToken)
    {
        var row = open.Line;
        var job = new ExplainedJob(
            row.Job,
            row.Status,
            [.. open.Details.Steps.Select(step => step.Counts)],
            plan,
            row.SubmittedAt,
            row.StartedAt,
            row.EndedAt,
            row.EstimatedSeconds,
            await services.Facts.GetAsync("tasks that explain", row, () => TasksAsync(visible, open), cancellationToken),
            waits)
        {
            IsWhole = plan.TaskCount <= WholeMax,
            CancelledBy = row.CancelledBy,
            Hold = row.HeldBy is { } by ? (by, row.HeldBecause ?? "") : null,
            WaitsFor = row.WaitsFor,
        };
        return job.LacksMemory ? job with { Figures = await open.GetLargestAsync(plan, cancellationToken) } : job;
    }

    private async Task<ImmutableArray<ExplainedTask>> TasksAsync(Visible visible, OpenJob job)
    {
        var failed = await job.GetTasksAsync(new TaskFilter(Limit: FailedMax, State: TaskViewState.Error), services.Stopping);
        var others = job.Line.Counts.Total <= WholeMax
            ? await job.GetTasksAsync(new TaskFilter(Limit: WholeMax), services.Stopping)
            : await visible.Queue.GetNotableTasksAsync(job.Id, NotableMax, job.Line.EndedAt is null ? 0 : Slowest, services.Stopping);
        var tasks = ImmutableArray.CreateBuilder<ExplainedTask>();
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in failed)
        {
            var wantsLine = told.Count < MessagesWithLines && told.Add(row.Message);
            tasks.Add(Task(job.Id, row, wantsLine ? (await LastLines.ReadAsync(job, row, services.Stopping)).LastOrDefault(line => line.Trim().Length > 0) : null));
        }

        tasks.AddRange(others.Where(row => row.State != TaskViewState.Error).Select(row => Task(job.Id, row, lastLine: null)));
        return tasks.ToImmutable();
    }

    private ExplainedTask Task(JobId job, TaskRow row, string? lastLine) => new(
        row.Task,
        row.State switch
        {
            TaskViewState.Running => ExplainedState.Running,
            TaskViewState.Normal => ExplainedState.Normal,
            TaskViewState.Error => ExplainedState.Failed,
            TaskViewState.Aborted => ExplainedState.Aborted,
            TaskViewState.Unknown => ExplainedState.Lost,
            TaskViewState.Held => ExplainedState.Held,
            _ => ExplainedState.Waiting,
        },
        row.Message,
        [.. row.Attempts.Select(attempt => new ExplainedAttempt(
            attempt.Number,
            attempt.Node,
            attempt.StartedAt,
            attempt.EndedAt,
            attempt.Cause,
            attempt.Message,
            attempt.MaxRssBytes,
            [.. attempt.Findings.Select(finding => finding.Pattern).Distinct(StringComparer.Ordinal)])
        {
            Phase = services.PhaseOf(job, row.Task, attempt),
        })],
        lastLine);
}
