using System.Net;
using System.Net.Http.Headers;
using Dpu.Client.Trust;
using Dpu.Service.Tests.Configuration;
using Xunit;

namespace Dpu.Service.Tests.Tls;

/// <summary>
/// A service that listens on all addresses, so it speaks TLS. To it, only 127.0.0.1 is this host's own: 127.0.0.2, which every Linux has, plays another host.
/// </summary>
public sealed class TlsDpu : IAsyncLifetime, IDisposable
{
    public static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.2");

    private readonly TemporaryFolder _folder = new();
    private DpuHost? _host;

    public DpuHost Host => _host ?? throw new InvalidOperationException("The service was not started.");

    public int Port => Host.Address.Port;

    public string Token { get; private set; } = "";

    public string ServiceLog => File.ReadAllText(Path.Combine(Host.DataDirectory, "service.log"));

    internal static HostSeams Seams { get; } = TestHost.Seams with { IsLoopback = address => address!.MapToIPv4().Equals(IPAddress.Loopback) };

    public async Task InitializeAsync()
    {
        var config = _folder.File("test.conf", """dpu { name = tls-dpu, http { host = "0.0.0.0", names = [dpu.example.org] }, node.name = here, service.stop-grace = 0 s }""");
        _host = await DpuHost.StartAsync(TestHost.Request(_folder.At("data"), config), Seams, CancellationToken.None);
        Token = (await File.ReadAllTextAsync(_host.TokenPath)).Trim();
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    /// <summary>A client that calls from <paramref name="source"/>, and believes whom it is told to.</summary>
    internal static HttpClient Client(ServerTrust? trust, IPAddress source) => new(new SocketsHttpHandler
    {
        SslOptions = (trust ?? ServerTrust.SystemRoots).SslOptions(),
        ConnectCallback = async (context, ct) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(source, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });

    public HttpRequestMessage Get(string scheme, string path, string host = "127.0.0.1", string? parameter = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{scheme}://{host}:{Port}/api/v1{path}"));
        request.Headers.Authorization = parameter is null ? null : new AuthenticationHeaderValue("Bearer", parameter);
        return request;
    }
}
