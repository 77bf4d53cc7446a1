using Dpu.Actors.Membership;
using Dpu.Actors.Scheduling;
using Dpu.Client.Contracts;
using Dpu.Domain.Membership;
using Dpu.Hocon;
using Dpu.Kernel;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>What operators do to nodes. Answered with the node as it is then; that it is drained, or no more, is durable by then.</summary>
internal sealed class NodeLifeEndpoints(ApiServices services, MembershipQuestions questions, NodeList nodes)
{
    public Task<IResult> DrainAsync(HttpContext context) => OfKnownAsync(context, (node, by) =>
        DecideAsync(node, new MembershipCommand.Drain(node, by), drained: true, context.RequestAborted));

    public Task<IResult> ResumeAsync(HttpContext context) => OfKnownAsync(context, async (node, by) =>
    {
        var resumed = await DecideAsync(node, new MembershipCommand.Resume(node, by), drained: false, context.RequestAborted);
        return resumed is ProblemResult ? resumed : await AskAsync(node, replyTo => new SchedulerMessage.ReleaseNode(node, replyTo), context.RequestAborted);
    });

    public Task<IResult> LostAsync(HttpContext context) => OfKnownAsync(context, (node, by) =>
    {
        services.Users.Acts.Note(RequestGuard.CallerOf(context), "declare lost", $"node {node}");
        return AskAsync(node, replyTo => new SchedulerMessage.DeclareLost(node, by, replyTo), context.RequestAborted);
    });

    private async Task<IResult> OfKnownAsync(HttpContext context, Func<string, string, Task<IResult>> act)
    {
        var name = Endpoints.RouteText(context, "name");
        if (await nodes.GetAsync(context.RequestAborted) is not { } listed || await questions.GetAsync(context.RequestAborted) is not { } members)
        {
            return Unanswered();
        }

        var known = listed.Select(node => node.Name).Concat(members.Identities.Keys).Concat(members.Drained).ToHashSet(StringComparer.Ordinal);
        return known.Contains(name) ? await act(name, RequestGuard.RequireUser(context)) : NoSuchNode(name, known);
    }

    private async Task<IResult> DecideAsync(string node, MembershipCommand command, bool drained, CancellationToken cancellationToken) =>
        await questions.DoAsync(command, cancellationToken) switch
        {
            null => Unanswered(),
            MembershipReply.Done => await nodes.GetAsync(cancellationToken) is { } listed
                ? Answer(listed.FirstOrDefault(info => info.Name == node) ?? NodeList.NotHere(node, drained))
                : Unanswered(),
            _ => throw new InvalidOperationException("Who may be drained is decided here."),
        };

    private async Task<IResult> AskAsync(string node, Func<IActorRef<NodeReply>, SchedulerMessage> make, CancellationToken cancellationToken)
    {
        try
        {
            return await services.Scheduler.AskAsync(services.System, make, services.Options.Http.AnswerTimeout, cancellationToken) switch
            {
                NodeReply.Done done => Answer(NodeList.Info(done.Node)),
                NodeReply.Unknown => Answer(NodeList.NotHere(node, services.Membership.Identities.IsDrained(node))),
                NodeReply.Refused refused => ProblemResult.Because(StatusCodes.Status409Conflict, "connected", refused.Message),
                _ => throw new InvalidOperationException("What is wanted of a node is done or refused."),
            };
        }
        catch (AskTimeoutException)
        {
            return Unanswered();
        }
    }

    private static IResult Answer(NodeInfo node) => Endpoints.Json(node, ApiJson.Default.NodeInfo);

    public static ProblemResult NoSuchNode(string name, IReadOnlyCollection<string> known)
    {
        var nearest = NearestName.Find(name, known);
        var hint = nearest is not null ? $"Did you mean '{nearest}'?" : known.Count == 0 ? "No node has joined." : "'dpu nodes' lists them.";
        return ProblemResult.Because(StatusCodes.Status404NotFound, "unknown-node", $"There is no node '{name}'. {hint}");
    }

    private static ProblemResult Unanswered() => ProblemResult.Because(
        StatusCodes.Status503ServiceUnavailable, "unavailable", "The DPU did not answer in time. What was asked may have been done; ask again, or look at 'dpu nodes'.");
}
