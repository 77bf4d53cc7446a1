using System.Net;
using System.Net.Sockets;
using Dpu.Client.Trust;

namespace Dpu.Client.Http;

/// <summary>
/// The transport with the token that it may carry. A new token gets a new transport, and each connection of one that carries a token or a password is
/// made to a listener that was examined just before: whoever accepted it stays at its other end.
/// </summary>
internal sealed class Connection(DpuClientOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private Transport? _transport;
    private bool _disposed;

    /// <summary>The transport for a request that is sent now.</summary>
    /// <exception cref="DpuNotAllowedException">A token would be sent to somebody else who listens at the address, or for all to read.</exception>
    public Transport Current()
    {
        var token = ReadToken();
        var isSecret = token is not null || options.SendsPasswords;
        if (isSecret && options.Address is { Scheme: "http", IsLoopback: false })
        {
            throw new DpuNotAllowedException(
                $"Your {(token is null ? "password" : "token")} for {options.Address.GetLeftPart(UriPartial.Authority)} would go over the network for everybody to read: it is sent over TLS only. Write https:// instead of http://.");
        }

        if (isSecret && options.Transport is not null)
        {
            // When somebody else makes the connections we do not see when.
            RefuseStrangers();
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_transport is null || _transport.Token != token)
            {
                // Requests under way keep the old one until they end; the collector takes it then.
                _transport = new Transport(new HttpMessageInvoker(CreateHandler(isSecret)), token);
            }

            return _transport;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _transport?.Invoker.Dispose();
        }
    }

    private string? ReadToken()
    {
        try
        {
            return options.Token(options.Address);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new DpuNotAllowedException($"Your token for {options.Address.GetLeftPart(UriPartial.Authority)} cannot be read: {e.Message}");
        }
    }

    private void RefuseStrangers()
    {
        if (options.Distrust(options.Address) is { } reason)
        {
            throw new DpuNotAllowedException(reason);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        RefuseStrangers();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private HttpMessageHandler CreateHandler(bool carriesSecrets)
    {
        if (options.Transport is not null)
        {
            return options.Transport();
        }

        var handler = CreateSocketsHandler(carriesSecrets);
        if (options.Address.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = TrustedServer().SslOptions();
        }

        return handler;
    }

    private ServerTrust TrustedServer()
    {
        try
        {
            return options.Trust(options.Address);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new DpuNotAllowedException($"Whom to believe at {options.Address.GetLeftPart(UriPartial.Authority)} cannot be read: {e.Message}");
        }
    }

    private SocketsHttpHandler CreateSocketsHandler(bool carriesSecrets) => new()
    {
        ConnectCallback = carriesSecrets ? ConnectAsync : null,
        AllowAutoRedirect = false,
        UseCookies = false,
        // Nothing between us and our own host; and reading the proxy's settings costs start-up time.
        UseProxy = !options.Address.IsLoopback,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    internal sealed record Transport(HttpMessageInvoker Invoker, string? Token);
}
