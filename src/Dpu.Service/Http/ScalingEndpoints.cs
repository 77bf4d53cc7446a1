using Dpu.Actors.Scaling;
using Dpu.Client.Contracts;
using Dpu.Domain.Scaling;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Nodes as jobs of a batch system: how many there are to be, and those that there are.</summary>
internal sealed class ScalingEndpoints(ApiServices services)
{
    public async Task<IResult> ShowAsync(HttpContext context) =>
        await AskAsync<ScalingStatus>(replyTo => new ScalingMessage.GetStatus(replyTo), context.RequestAborted) is { } status
            ? Endpoints.Json(InfoOf(status), ApiJson.Default.ScalingInfo)
            : Unanswered();

    public async Task<IResult> SetAsync(HttpContext context)
    {
        var (asked, refusal) = await RequestBody.ReadAsync(context, ApiJson.Default.ScalingRequest, static _ => null);
        if (asked is null)
        {
            return refusal!;
        }

        var user = RequestGuard.RequireUser(context);
        return await AskAsync<ScalingReply>(replyTo => new ScalingMessage.SetTarget(asked.Nodes, asked.Via, user, replyTo), context.RequestAborted) switch
        {
            null => Unanswered(),
            ScalingReply.Done done => Endpoints.Json(InfoOf(done.Status), ApiJson.Default.ScalingInfo),
            ScalingReply.Refused no => ProblemResult.Because(StatusCodes.Status422UnprocessableEntity, "bad-target", no.Message),
            _ => throw new InvalidOperationException("A target is set or refused."),
        };
    }

    private async Task<TReply?> AskAsync<TReply>(Func<IActorRef<TReply>, ScalingMessage> make, CancellationToken cancellationToken)
        where TReply : class
    {
        try
        {
            return await services.Scaling.AskAsync(services.System, make, services.Options.Http.AnswerTimeout, cancellationToken);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private static ProblemResult Unanswered() => ProblemResult.Because(
        StatusCodes.Status503ServiceUnavailable, "unavailable", "The DPU did not answer in time. What was asked may have been done: 'dpu scale' shows it.");

    private static ScalingInfo InfoOf(ScalingStatus status) => new(
        status.Target?.Number,
        status.Target is ScalingTarget.Automatic,
        status.Via,
        status.Policy.Min,
        status.Policy.Max,
        status.Wanted,
        status.WaitingTasks,
        [.. status.Pilots.Select(pilot => new PilotInfo(pilot.Name, pilot.Via, pilot.BatchId, pilot.Phase.ToString(), pilot.Tasks, pilot.Reason, pilot.EndsAt))],
        status.LastFailure,
        status.Trouble,
        status.WaitsUntil);
}
