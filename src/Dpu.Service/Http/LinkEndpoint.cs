using Dpu.Cluster.Links;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Where nodes link: a WebSocket, for as long as it lasts.</summary>
internal sealed class LinkEndpoint(ApiServices services)
{
    public async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await ProblemResult.Because(StatusCodes.Status426UpgradeRequired, "no-web-socket", "Nodes link here by WebSocket; 'dpu node' does it.").ExecuteAsync(context);
            return;
        }

        var node = RequestGuard.RequireNode(context);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var link = new WebSocketDownlink(
            socket, node.Name, services.RemoteNodes, LinkProtocol.SilenceFor(services.Options.Cluster.Heartbeat, services.Options.Cluster.NodeTimeout), services.System.Time);
        using var revoked = node.Revoked.Register(() => Dismiss(link));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(services.Stopping, context.RequestAborted);
        var reason = await link.RunAsync(ending.Token);
        Hosting.HostLog.LinkEnded(services.Logger, node.Name, reason);
    }

    private static void Dismiss(WebSocketDownlink link)
    {
        const string Reason = "its identity was revoked";
        link.Send(new DownFrame.Refused($"The identity of node '{link.Node}' was revoked. To let it in again, remove identity.json from its data directory and give it a new key ('dpu key create --for node').", Final: true));
        link.Close(Reason);
    }
}
