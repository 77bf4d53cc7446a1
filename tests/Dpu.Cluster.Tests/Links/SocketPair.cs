using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Dpu.Cluster.Tests.Links;

/// <summary>Two ends of one WebSocket over a real connection of this host.</summary>
internal sealed class SocketPair : IDisposable
{
    private SocketPair(WebSocket server, WebSocket client) => (Server, Client) = (server, client);

    public WebSocket Server { get; }

    public WebSocket Client { get; }

    public static async Task<SocketPair> OpenAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient();
        var connecting = client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var server = await listener.AcceptTcpClientAsync();
        await connecting;
        return new SocketPair(
            WebSocket.CreateFromStream(server.GetStream(), new WebSocketCreationOptions { IsServer = true }),
            WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions { IsServer = false }));
    }

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
    }
}
