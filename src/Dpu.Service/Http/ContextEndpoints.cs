using System.Collections.Immutable;
using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Whom a job is shown to: changed while it stands, or chosen anew by running the same again with released code.</summary>
internal sealed class ContextEndpoints(ApiServices services, ControlEndpoints control, SubmissionEndpoints submissions)
{
    /// <summary>By its user if it ran released code, by an operator otherwise.</summary>
    public async Task<IResult> ShowToAsync(HttpContext context)
    {
        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.ContextRequest, static _ => null);
        if (asked is null)
        {
            return bad!;
        }

        await services.FreshenAsync(context.RequestAborted);
        var (line, refusal) = await control.FindChangeableAsync(context);
        if (line is null)
        {
            return refusal!;
        }

        var caller = RequestGuard.CallerOf(context);
        if (!ContextRules.For(caller, new AskedContext(asked.Project, asked.Privileges), Wider(line.Context)).TryGet(out var wanted, out var errors))
        {
            return Refuse(errors);
        }

        return ContextRules.WhyNotShow(caller, line.Job, line.Context, line.CodeSha256 is not null, wanted) is { } reason
            ? Refuse([reason])
            : await control.DoAsync(context, line.Job, new JobCommand.ChangeContext(RequestGuard.RequireUser(context), wanted));
    }

    /// <summary>The same sequence and options as another job's, with released code, as a job of whoever asks.</summary>
    public async Task<IResult> RerunAsync(HttpContext context)
    {
        var (asked, bad) = await RequestBody.ReadAsync(context, ApiJson.Default.RerunRequest, static _ => null);
        if (asked is null)
        {
            return bad!;
        }

        await services.FreshenAsync(context.RequestAborted);
        var (job, refusal) = await services.VisibleTo(context).OpenAsync(Endpoints.JobOf(context), context.RequestAborted);
        if (job is null)
        {
            return refusal!;
        }

        if (await job.FindSpecAsync(context.RequestAborted) is not { } spec)
        {
            return ProblemResult.NoSuchJob(job.Id);
        }

        return job.Details.Steps.Any(step => step.Recipe is null)
            ? ProblemResult.Because(
                StatusCodes.Status422UnprocessableEntity, "no-recipes", $"Job {job.Id} ran a command, of which there is no released code: 'dpu retry {job.Id}' runs what failed again, 'dpu exec' all of it.")
            : await submissions.AgainAsync(context, spec, asked);
    }

    /// <summary>Reasons that are about a context.</summary>
    public static ProblemResult Refuse(ImmutableArray<SubmissionError> errors)
    {
        var status = errors[0].Code switch
        {
            ContextRules.NotAllowed or ContextRules.NotAMember => StatusCodes.Status403Forbidden,
            ContextRules.IsShown => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
        return ProblemResult.Because(status, errors[0].Code, errors[0].Message, [.. errors.Select(ApiMapping.Error)]);
    }

    /// <summary>What is private is shown to its project when nothing else is said.</summary>
    private static WorkContext Wider(WorkContext now) => now.Privileges == Privileges.MyDb ? now with { Privileges = Privileges.Project } : now;
}
