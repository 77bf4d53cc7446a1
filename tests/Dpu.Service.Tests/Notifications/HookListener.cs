using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Dpu.Service.Tests.Notifications;

/// <summary>A webhook's receiver on loopback, a request a connection.</summary>
internal sealed class HookListener : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _came = new(0);
    private readonly ConcurrentQueue<HookRequest> _requests = new();

    public HookListener()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public string Origin => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What is answered: the first line without its version, and further headers.</summary>
    public string Answer { get; set; } = "204 No Content";

    public IReadOnlyList<HookRequest> Requests => [.. _requests];

    /// <summary>The next request that comes.</summary>
    public async Task<HookRequest> NextAsync()
    {
        (await _came.WaitAsync(TimeSpan.FromSeconds(60))).ShouldHaveCome();
        return _requests.Last();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _came.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (IOException)
            {
                // That one went away.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var line = await reader.ReadLineAsync() ?? "";
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            headers[header[..header.IndexOf(':', StringComparison.Ordinal)]] = header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        var body = new char[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
        await reader.ReadBlockAsync(body);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        _requests.Enqueue(new HookRequest(line, headers, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body))));
        _came.Release();
    }
}

/// <summary>What came.</summary>
internal sealed record HookRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body);

internal static class Came
{
    public static void ShouldHaveCome(this bool came) => Shouldly.ShouldBeBooleanExtensions.ShouldBeTrue(came, "nothing came in a minute");
}
