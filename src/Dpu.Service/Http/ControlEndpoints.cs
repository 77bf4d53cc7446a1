using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Dpu.Actors.Frontend;
using Dpu.Actors.Jobs;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Shipping;
using Dpu.Domain.Users;
using Dpu.Journal.Views;
using Microsoft.AspNetCore.Http;
using Asked = Dpu.Client.Contracts.RetryRequest;
using RetryRequest = Dpu.Domain.Jobs.RetryRequest;

namespace Dpu.Service.Http;

/// <summary>What people do to jobs that exist. Answered with the job as it is then, once the change is durable.</summary>
internal sealed class ControlEndpoints(ApiServices services, FrontendQuestions questions)
{
    private const int ReasonLengthMax = 1000;

    public Task<IResult> CancelAsync(HttpContext context) => ControlAsync(
        context, ApiJson.Default.CancelRequest, static _ => null, static (asked, user) => new JobCommand.CancelJob(user, asked.Force));

    public Task<IResult> HoldAsync(HttpContext context) => ControlAsync(
        context,
        ApiJson.Default.HoldRequest,
        static asked => asked.Reason is { Length: > ReasonLengthMax } ? $"a reason has at most {ReasonLengthMax} characters" : null,
        static (asked, user) => new JobCommand.HoldJob(user, asked.Reason ?? ""));

    public Task<IResult> ReleaseAsync(HttpContext context) => ControlAsync(
        context, ApiJson.Default.ReleaseRequest, static _ => null, static (_, user) => new JobCommand.ReleaseJob(user));

    public Task<IResult> PriorityAsync(HttpContext context) => ControlAsync(
        context,
        ApiJson.Default.PriorityRequest,
        static asked => asked.Priority is null ? "'priority' is missing" : null,
        static (asked, user) => new JobCommand.ChangePriority(user, asked.Priority!.Value),
        static asked => asked.Priority > 0);

    public async Task<IResult> RetryAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.RetryRequest, static asked => RequestBody.FlawOf(asked.Set, "set"));
        if (asked is null)
        {
            return refusal!;
        }

        if (asked.MemoryBytes <= 0)
        {
            return ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-memory", "The memory of a task is a number of bytes above 0.");
        }

        if (RequestKey.Of(context) is not { } key)
        {
            return RequestKey.TooLong();
        }

        if (await WhyNotAsync(context, choosesResources: asked.MemoryBytes is not null, runsAgain: true) is { } no)
        {
            return no;
        }

        var id = Endpoints.JobOf(context);
        if (!(await RecipesOfAsync(context, id, asked)).TryGet(out var set, out var errors))
        {
            return Refuse(id, JobRejection.Invalid, string.Join(' ', errors.Select(error => error.Message)), errors);
        }

        var request = new RetryRequest(asked.MemoryBytes, [.. asked.Set ?? []], set.Catalog, services.Shapes.Known.Largest());
        return asked.DryRun
            ? await PreviewAsync(id, request, context.RequestAborted)
            : await DoAsync(context, id, new JobCommand.RetryJob(RequestGuard.RequireUser(context), key, request));
    }

    /// <summary>Those that the job was submitted with; only other options ask for them.</summary>
    private async Task<Checked<RecipeSet>> RecipesOfAsync(HttpContext context, JobId id, Asked asked)
    {
        var usual = new Checked<RecipeSet>.Accepted(new RecipeSet(services.Options.Recipes, static _ => null));
        if (asked.Set is not { Count: > 0 })
        {
            return usual;
        }

        await services.FreshenAsync(context.RequestAborted);
        return await services.VisibleTo(context).FindLineAsync(id, context.RequestAborted) is { } job && job is not { Version: null, CodeSha256: null }
            ? services.Shelf.Find(job.Version, job.CodeSha256 is { } sha256 ? new ShippedCode(sha256, 0) : null, context.RequestAborted)
            : usual;
    }

    /// <summary>The job's line, if the caller may change it; or why not. What he does not see is not there, whoever may change it.</summary>
    public async Task<(JobRow? Line, ProblemResult? Refusal)> FindChangeableAsync(HttpContext context)
    {
        var (id, visible) = (Endpoints.JobOf(context), services.VisibleTo(context));
        var line = await visible.FindLineAsync(id, context.RequestAborted);
        return line is null ? (null, ProblemResult.NoSuchJob(id))
            : visible.Caller.MayChange(line.User) ? (line, null)
            : (null, OfSomebodyElse(visible.Caller, line));
    }

    private static ProblemResult OfSomebodyElse(Caller caller, JobRow line) => caller.Name == line.User
        ? ProblemResult.Because(StatusCodes.Status403Forbidden, "not-allowed", Rights.Refusal(Right.RunRecipes, caller))
        : ProblemResult.Because(StatusCodes.Status403Forbidden, "not-allowed", $"Job {line.Job} is {line.User}'s: only {line.User} and operators change it. {Rights.Refusal(Right.Operate, caller)}");

    /// <summary>Why the caller may not do this to the job; null when he may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="choosesResources">Whether it asks for more than usual.</param>
    /// <param name="runsAgain">Whether it starts what it ran once more: that takes what a submission of it takes.</param>
    private async Task<IResult?> WhyNotAsync(HttpContext context, bool choosesResources, bool runsAgain = false)
    {
        // An operator may do everything: whether there is such a job its actor knows, also while the views cannot follow.
        if (RequestGuard.CallerOf(context).Has(Right.Operate))
        {
            return null;
        }

        await services.FreshenAsync(context.RequestAborted);
        var (line, refusal) = await FindChangeableAsync(context);
        return refusal
            ?? (choosesResources ? RequestGuard.Refusal(context, Right.ChooseResources) : null)
            ?? (runsAgain && line!.CodeSha256 is not null ? RequestGuard.Refusal(context, Right.ShipCode) : null)
            ?? (runsAgain && await RanCommandAsync(context, line!.Job) ? RequestGuard.Refusal(context, Right.RunCommands) : null);
    }

    private async Task<bool> RanCommandAsync(HttpContext context, JobId job) =>
        await services.VisibleTo(context).Queue.GetJobAsync(job, context.RequestAborted) is { } details && details.Steps.Any(step => step.Recipe is null);

    private async Task<IResult> PreviewAsync(JobId id, RetryRequest request, CancellationToken cancellationToken)
    {
        var reply = await questions.AskAsync<RetryPreview>(replyTo => new FrontendMessage.PreviewRetry(id, request, replyTo), cancellationToken);
        return reply switch
        {
            null => questions.Unanswered(),
            RetryPreview.Planned planned => Endpoints.Json(PlanOf(id, planned.Plan), ApiJson.Default.RetryPlan),
            RetryPreview.Refused no => Refuse(id, no.Reason, no.Message, no.Errors),
            _ => throw new InvalidOperationException("A retry is planned or refused."),
        };
    }

    private static Client.Contracts.RetryPlan PlanOf(JobId id, Domain.Jobs.RetryPlan plan) => new(
        id.Value,
        plan.Tasks.Sum(range => range.Count),
        [.. plan.Steps.Select(step => new Client.Contracts.RetryStep(step.Name, step.Tasks, step.Normal, step.Of, step.MemoryBytes))]);

    private async Task<IResult> ControlAsync<TAsked>(
        HttpContext context,
        JsonTypeInfo<TAsked> type,
        Func<TAsked, string?> flaw,
        Func<TAsked, string, JobCommand> make,
        Func<TAsked, bool>? choosesResources = null)
        where TAsked : class
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, type, flaw);
        return asked is null
            ? refusal!
            : await WhyNotAsync(context, choosesResources?.Invoke(asked) == true)
                ?? await DoAsync(context, Endpoints.JobOf(context), make(asked, RequestGuard.RequireUser(context)));
    }

    /// <summary>Has it done; whoever calls has seen to it that the caller may.</summary>
    public async Task<IResult> DoAsync(HttpContext context, JobId id, JobCommand command)
    {
        var reply = await questions.AskAsync<ControlReply>(replyTo => new FrontendMessage.Control(id, command, replyTo), context.RequestAborted);
        return reply switch
        {
            null => questions.Unanswered(),
            ControlReply.Done => await SummaryAsync(context, id),
            ControlReply.Refused no => Refuse(id, no.Reason, no.Message, no.Errors),
            _ => throw new InvalidOperationException("What is asked of a job is done or refused."),
        };
    }

    private static ProblemResult Refuse(JobId id, JobRejection reason, string message, ImmutableArray<SubmissionError> errors)
    {
        var items = errors.Select(ApiMapping.Error).ToImmutableArray();
        return reason switch
        {
            JobRejection.Unknown => ProblemResult.NoSuchJob(id),
            JobRejection.IsRunning => ProblemResult.Because(StatusCodes.Status409Conflict, "running", message),
            JobRejection.HasEnded => ProblemResult.Because(StatusCodes.Status409Conflict, "ended", message),
            JobRejection.HasNotEnded => ProblemResult.Because(StatusCodes.Status409Conflict, "not-ended", message),
            JobRejection.IsCancelled => ProblemResult.Because(StatusCodes.Status409Conflict, "cancelled", message),
            JobRejection.Invalid => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, items[0].Code, message, items),
            JobRejection.AlreadyExists => throw new InvalidOperationException("Only a submission can find that its job exists."),
            _ => throw new InvalidOperationException($"There is no rejection {reason}."),
        };
    }

    private async Task<IResult> SummaryAsync(HttpContext context, JobId job)
    {
        await services.FreshenAsync(context.RequestAborted);
        return await services.VisibleTo(context).FindLineAsync(job, context.RequestAborted) is { } line
            ? Endpoints.Json(ApiMapping.Summary(line), ApiJson.Default.JobSummary)
            : ProblemResult.NoSuchJob(job);
    }
}
