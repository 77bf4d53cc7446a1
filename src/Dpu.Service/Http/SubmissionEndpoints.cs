using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>What changes something: submissions and cancellations. Answered once the change is durable.</summary>
internal sealed class SubmissionEndpoints(ApiServices services)
{
    private const string KeyHeader = "Idempotency-Key";
    private const int KeyLengthMax = 200;
    private const int KeysShown = 3;

    private int _waiting;

    public async Task<IResult> RunAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.JobSubmission);
        if (asked is null)
        {
            return refusal!;
        }

        var submission = new Submission.OfRecipes(
            UserOf(context),
            KeyOf(context),
            asked.Priority,
            [.. asked.Tags ?? []],
            asked.Sequence,
            [.. asked.Arguments ?? []],
            asked.Options is { } options ? JsonSerializer.SerializeToElement(options, ApiJson.Default.IReadOnlyDictionaryStringJsonElement) : null,
            asked.EstimatedSeconds,
            asked.MemoryBytes);
        if (asked.Version is not null)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "no-versions", "This DPU has one version of its recipes: leave --version out.");
        }

        return asked.DryRun ? await PreviewAsync(submission, context.RequestAborted) : await SubmitAsync(submission, context.RequestAborted);
    }

    public async Task<IResult> ExecAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.ExecSubmission);
        if (asked is null)
        {
            return refusal!;
        }

        if (asked.Lines?.FirstOrDefault(line => line.Contains('\n', StringComparison.Ordinal)) is { } broken)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-line", $"A line holds a newline: '{broken}'.");
        }

        var defaults = services.Options.ExecDefaults;
        return await SubmitAsync(
            new Submission.OfCommand(
                UserOf(context),
                KeyOf(context),
                asked.Priority,
                [.. asked.Tags ?? []],
                [.. asked.Command ?? []],
                asked.Lines is { } lines ? TaskLines.Pack(lines) : null,
                new Resources(asked.Cpus ?? defaults.Cpus, asked.MemoryBytes ?? defaults.MemoryBytes)),
            context.RequestAborted);
    }

    public async Task<IResult> CancelAsync(HttpContext context)
    {
        var id = Endpoints.JobOf(context);
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.CancelRequest);
        if (asked is null)
        {
            return refusal!;
        }

        var user = UserOf(context);
        var reply = await AskAsync<CancelReply>(replyTo => new FrontendMessage.Cancel(id, user, asked.Force, replyTo), context.RequestAborted);
        return reply switch
        {
            null => Busy(),
            CancelReply.Refused { Reason: JobRejection.Unknown } => ProblemResult.NoSuchJob(id),
            CancelReply.Refused { Reason: JobRejection.IsRunning } no => ProblemResult.Because(StatusCodes.Status409Conflict, "running", no.Message),
            CancelReply.Refused no => ProblemResult.Because(StatusCodes.Status409Conflict, "ended", no.Message),
            CancelReply.Done => await SummaryAsync(id, context.RequestAborted),
            _ => throw new InvalidOperationException("A cancellation is done or refused."),
        };
    }

    private static string UserOf(HttpContext context) =>
        RequestGuard.UserOf(context) ?? throw new InvalidOperationException("This endpoint is not for visitors.");

    /// <summary>A client that names no key cannot ask again: each of its requests is a submission of its own.</summary>
    private static string KeyOf(HttpContext context)
    {
        var key = context.Request.Headers[KeyHeader].ToString();
        return key.Length is > 0 and <= KeyLengthMax ? key : Guid.NewGuid().ToString("N");
    }

    private async Task<IResult> SummaryAsync(JobId job, CancellationToken cancellationToken)
    {
        await services.Views.CaughtUpAsync(cancellationToken);
        var rows = await services.Views.GetJobsAsync([job], cancellationToken);
        return rows.IsEmpty ? ProblemResult.NoSuchJob(job) : Endpoints.Json(ApiMapping.Summary(rows[0]), ApiJson.Default.JobSummary);
    }

    private async Task<IResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        var reply = await AskAsync<SubmitReply>(replyTo => new FrontendMessage.Submit(submission, replyTo), cancellationToken);
        return reply switch
        {
            null => Busy(),
            SubmitReply.Accepted accepted => Endpoints.Json(
                new JobAccepted(accepted.Job.Value, services.Options.Name, accepted.EstimatedSeconds),
                ApiJson.Default.JobAccepted,
                accepted.Again ? StatusCodes.Status200OK : StatusCodes.Status201Created),
            SubmitReply.Refused refused => Refuse(refused),
            _ => throw new InvalidOperationException("A submission is accepted or refused."),
        };
    }

    private async Task<IResult> PreviewAsync(Submission.OfRecipes submission, CancellationToken cancellationToken)
    {
        var planned = await services.Planner.PlanAsync(submission, cancellationToken);
        return planned.TryGet(out var plan, out var errors)
            ? Endpoints.Json(Preview(plan), ApiJson.Default.PlanPreview)
            : Refuse(new SubmitReply.Refused(SubmitRefusal.Invalid, errors));
    }

    private static PlanPreview Preview(PlannedSubmission plan) => new(
        plan.Sequence,
        plan.EstimatedSeconds,
        [.. plan.Plan.Steps.Select((step, index) => new PlannedStep(
            step.Name,
            step.Recipe ?? step.Name,
            step.Count,
            step.Work is StepWork.Groups groups ? [.. groups.Tasks.Take(KeysShown).Select(task => task.Keys)] : [],
            step.Resources.Cpus,
            step.Resources.MemoryBytes,
            plan.StepSeconds[index]))],
        []);

    private static ProblemResult Refuse(SubmitReply.Refused refused)
    {
        var status = refused.Reason switch
        {
            SubmitRefusal.Invalid => StatusCodes.Status422UnprocessableEntity,
            SubmitRefusal.KeyReused => StatusCodes.Status409Conflict,
            SubmitRefusal.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => throw new InvalidOperationException($"There is no refusal {refused.Reason}."),
        };
        var errors = refused.Errors.Select(ApiMapping.Error).ToImmutableArray();
        return ProblemResult.Because(status, errors[0].Code, string.Join(' ', refused.Errors.Select(error => error.Message)), errors);
    }

    private static ProblemResult Busy() => ProblemResult.Because(
        StatusCodes.Status503ServiceUnavailable,
        "unavailable",
        "The DPU did not answer in time; what was asked may have been done. Ask again with the same key to learn it.");

    /// <summary>The frontend's mailbox is filled from here only, and so it is bounded here.</summary>
    private async Task<TReply?> AskAsync<TReply>(Func<IActorRef<TReply>, FrontendMessage> make, CancellationToken cancellationToken)
        where TReply : class
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > services.Options.Http.WaitingMax)
            {
                return null;
            }

            return await services.Frontend.AskAsync(services.System, make, services.Options.Http.AnswerTimeout, cancellationToken);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
