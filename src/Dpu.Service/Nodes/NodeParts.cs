using Dpu.Actors.Nodes;
using Dpu.Cluster.Node;
using Dpu.Kernel;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Nodes;

/// <summary>What a node's host asks of its actors when it leaves.</summary>
internal sealed record NodeParts(ActorSystem System, IActorRef<UplinkMessage> Uplink, IActorRef<NodeMessage> Manager, ILogger Logger, Action<string> Say)
{
    /// <summary>Whether the node holds nothing of any job, now or soon.</summary>
    public Task<bool> IsEmptyWithinAsync(TimeSpan limit) =>
        AnswersAsync(() => Manager.AskAsync<NodeMessage, NodeEmpty>(System, replyTo => new NodeMessage.AwaitEmpty(replyTo), limit, CancellationToken.None));

    /// <summary>Whether the keeper holds nothing on this node's account but what runs, now or soon.</summary>
    public Task<bool> IsQuietWithinAsync(TimeSpan limit) =>
        AnswersAsync(() => Manager.AskAsync<NodeMessage, NodeQuiet>(System, replyTo => new NodeMessage.AwaitQuiet(replyTo), limit, CancellationToken.None));

    /// <summary>Tells the frontend that the node leaves.</summary>
    public Task<bool> SayGoodbyeAsync(TimeSpan limit) =>
        AnswersAsync(() => Uplink.AskAsync<UplinkMessage, UplinkLeft>(System, replyTo => new UplinkMessage.Leave(replyTo), limit, CancellationToken.None));

    /// <summary>Completes when the node has held nothing for so long.</summary>
    public Task IsIdleForAsync(TimeSpan time, CancellationToken cancellationToken) =>
        Manager.AskAsync<NodeMessage, NodeEmpty>(System, replyTo => new NodeMessage.AwaitIdle(time, replyTo), Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>No answer is an answer too: leaving goes on, and keeper and frontend keep what matters.</summary>
    private static async Task<bool> AnswersAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }
}
