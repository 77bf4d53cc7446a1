using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Dpu.Client.Contracts;
using Dpu.Service.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Dpu.Service.Tls;

/// <summary>
/// Looks at the first byte of a connection. A TLS client's is 22 (RFC 8446, 5.1: a record of type handshake), which begins no HTTP request. Whoever speaks plain text goes on as before when
/// it comes from this host's loopback, and is told that this DPU speaks TLS when it comes from elsewhere.
/// </summary>
internal sealed class PlainTextDoor(RefusedCallers refused, Func<IPAddress?, bool> isLoopback, TimeProvider time)
{
    private const byte TlsHandshake = 22;
    private const int IgnoredBytesMax = 64 * 1024;

    private static readonly TimeSpan FirstByteTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);
    private static readonly byte[] Refusal = Answer();

    /// <summary>Puts itself around TLS.</summary>
    /// <param name="listen">Where it listens.</param>
    /// <param name="addTls">Adds TLS to it.</param>
    public void Guard(ListenOptions listen, Action<ListenOptions> addTls)
    {
        ConnectionDelegate? behindTls = null;
        listen.Use(tls => connection => EnterAsync(connection, tls, behindTls!));
        addTls(listen);
        listen.Use(next => behindTls = next);
    }

    private async Task EnterAsync(ConnectionContext connection, ConnectionDelegate tls, ConnectionDelegate plain)
    {
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        switch (await FirstByteAsync(connection))
        {
            case null:
                break;
            case TlsHandshake:
                await tls(connection);
                break;
            case not null when isLoopback(remote):
                await plain(connection);
                break;
            default:
                refused.Log(remote, "it does not speak TLS, which is needed beyond this host");
                await RefuseAsync(connection);
                break;
        }
    }

    /// <summary>The first byte, which stays to be read; null when none comes in time.</summary>
    private async Task<byte?> FirstByteAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(FirstByteTime, time);
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping, connection.ConnectionClosed);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(either.Token);
            byte? first = read.Buffer.IsEmpty ? null : read.Buffer.FirstSpan[0];
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return first;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // Nobody is there who could be answered.
            return null;
        }
    }

    /// <summary>An answer that is read: a connection that is closed under unread bytes takes the answer with it.</summary>
    private async Task RefuseAsync(ConnectionContext connection)
    {
        using var late = new CancellationTokenSource(GoodbyeTime, time);
        try
        {
            await connection.Transport.Output.WriteAsync(Refusal, late.Token);
            await connection.Transport.Output.CompleteAsync();
            for (var ignored = 0L; ignored < IgnoredBytesMax;)
            {
                var read = await connection.Transport.Input.ReadAsync(late.Token);
                ignored += read.Buffer.Length;
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // It was told, or does not listen.
        }
    }

    private static byte[] Answer()
    {
        var problem = new Problem("Bad request", 400, "This DPU speaks TLS: use https:// instead of http://. Plain text is for its own host only.", "tls-needed", []);
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Default.Problem);
        var head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 400 Bad Request\r\nContent-Type: {Problem.ContentType}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
