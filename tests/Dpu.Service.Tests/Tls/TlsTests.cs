using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Client.Trust;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tests.Http;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Tls;

/// <summary>The one port of a service that listens beyond loopback.</summary>
public sealed class TlsTests(TlsDpu dpu) : IClassFixture<TlsDpu>
{
    private ServerTrust Pinned => ServerTrust.Pinned(dpu.Host.CaSha256!);

    [Fact]
    public async Task Another_host_is_answered_over_TLS_by_any_name_of_the_DPU()
    {
        using var client = TlsDpu.Client(Pinned, TlsDpu.Elsewhere);
        foreach (var name in (string[])["127.0.0.1", "localhost", "dpu.example.org", Dns.GetHostName()])
        {
            using var answer = await client.SendAsync(dpu.Get("https", "/health", name));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, name);
        }
    }

    [Fact]
    public async Task A_name_that_is_not_the_DPUs_is_refused()
    {
        using var client = TlsDpu.Client(Pinned, TlsDpu.Elsewhere);
        using var answer = await client.SendAsync(dpu.Get("https", "/health", "evil.example"));
        (await answer.ProblemAsync(421, "wrong-host")).Detail!.ShouldContain("dpu.http.names");
    }

    [Theory]
    [InlineData("https://dpu.example.org:PORT", true)]
    [InlineData("http://dpu.example.org:PORT", false)]
    [InlineData("https://evil.example", false)]
    public async Task Over_TLS_only_pages_that_came_over_TLS_may_ask(string origin, bool allowed)
    {
        using var client = TlsDpu.Client(Pinned, TlsDpu.Elsewhere);
        var request = dpu.Get("https", "/health", "dpu.example.org");
        request.Headers.Add("Origin", origin.Replace("PORT", $"{dpu.Port}", StringComparison.Ordinal));
        using var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task This_host_itself_needs_no_TLS()
    {
        dpu.Host.Address.ShouldBe(new Uri($"http://127.0.0.1:{dpu.Port}"));
        using var client = TlsDpu.Client(null, IPAddress.Loopback);
        using var answer = await client.SendAsync(dpu.Get("http", "/keys", parameter: dpu.Token));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Plain_text_from_another_host_is_told_to_use_TLS()
    {
        using var client = TlsDpu.Client(null, TlsDpu.Elsewhere);
        using var answer = await client.SendAsync(dpu.Get("http", "/keys", parameter: dpu.Token));

        (await answer.ProblemAsync(400, "tls-needed")).Detail!.ShouldContain("https://");
        dpu.ServiceLog.ShouldContain("Refused 127.0.0.2");
        dpu.ServiceLog.ShouldNotContain(dpu.Token);
    }

    [Fact]
    public async Task A_node_that_nobody_knows_is_named_in_the_log_without_its_secret()
    {
        var node = NodeCredential.Create("stranger-7");
        using var client = TlsDpu.Client(Pinned, TlsDpu.Elsewhere);
        using var answer = await client.SendAsync(dpu.Get("https", "/health", parameter: node.Parameter));

        await answer.ProblemAsync(401, "unknown-node");
        dpu.ServiceLog.ShouldContain("Refused 127.0.0.2: node 'stranger-7' showed a name and secret that are nobody's");
        dpu.ServiceLog.ShouldNotContain(node.Secret);
    }

    [Fact]
    public async Task A_web_socket_is_believed_by_the_same_pin()
    {
        using var socket = new ClientWebSocket();
        Pinned.Apply(socket.Options);
        socket.Options.CollectHttpResponseDetails = true;

        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"wss://127.0.0.1:{dpu.Port}/api/v1/nothing"), CancellationToken.None));

        // It came through TLS to an answer of the API, of which there is none at this address for visitors.
        socket.HttpStatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused_with_the_reason()
    {
        using var client = TlsDpu.Client(ServerTrust.Pinned(new string('0', 64)), TlsDpu.Elsewhere);

        var error = await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(dpu.Get("https", "/health")));

        error.InnerException.ShouldBeOfType<AuthenticationException>().Message.ShouldContain("not issued by the authority that the key names");
    }

    [Fact]
    public async Task The_systems_roots_do_not_know_a_DPUs_own_authority()
    {
        using var client = TlsDpu.Client(ServerTrust.SystemRoots, TlsDpu.Elsewhere);

        var error = await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(dpu.Get("https", "/health")));

        error.InnerException.ShouldBeOfType<AuthenticationException>();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Both_versions_of_TLS_that_are_safe_are_spoken(SslProtocols version)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, dpu.Port);
        await using var tls = new SslStream(client.GetStream());
        var options = Pinned.SslOptions();
        options.TargetHost = "127.0.0.1";
        options.EnabledSslProtocols = version;

        await tls.AuthenticateAsClientAsync(options);

        tls.SslProtocol.ShouldBe(version);
    }

    [Fact]
    public async Task A_key_names_the_authority_and_lets_a_node_in_from_another_host()
    {
        using var client = TlsDpu.Client(null, IPAddress.Loopback);
        using var create = new HttpRequestMessage(HttpMethod.Post, new Uri(dpu.Host.Address, "/api/v1/keys")) { Content = Json("""{"for":"node"}""") };
        create.Headers.Authorization = new("Bearer", dpu.Token);
        using var created = await client.SendAsync(create);
        var key = JoinKey.Parse((await created.JsonAsync(201)).GetProperty("line").GetString()!);
        key.CaSha256.ShouldBe(dpu.Host.CaSha256);
        var node = NodeCredential.Create("n-" + key.Id);

        using var remote = TlsDpu.Client(ServerTrust.For(key), TlsDpu.Elsewhere);
        using var join = new HttpRequestMessage(HttpMethod.Post, new Uri($"https://dpu.example.org:{dpu.Port}/api/v1/node/join"))
        {
            Content = Json(System.Text.Json.JsonSerializer.Serialize(new NodeJoinRequest(node.Name, node.IdentityHash, 1), ApiJson.Default.NodeJoinRequest)),
        };
        join.Headers.Authorization = new("Bearer", key.Parameter);
        using var joined = await remote.SendAsync(join);

        joined.StatusCode.ShouldBe(HttpStatusCode.OK);
        var log = dpu.ServiceLog;
        log.ShouldContain($"Node {node.Name} joined with key {key.Id}");
        log.ShouldNotContain(key.Secret);
        log.ShouldNotContain(node.Secret);
        var files = Directory.EnumerateFiles(dpu.Host.DataDirectory, "dpu.db*").ToList();
        files.ShouldNotBeEmpty();
        foreach (var file in files)
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var text = await reader.ReadToEndAsync();
            text.ShouldNotContain(key.Secret);
            text.ShouldNotContain(node.Secret);
        }
    }

    [Theory]
    [InlineData("ca/127.0.0.1_PORT", "PIN\n")]
    [InlineData("client.conf", """dpus = [ { name = far, url = "https://127.0.0.1:PORT", ca = PIN } ]""")]
    public async Task Commands_on_another_host_are_told_whom_to_believe(string file, string content)
    {
        using var home = new TemporaryFolder();
        var address = new Uri($"https://127.0.0.1:{dpu.Port}");
        string Filled(string text) => text.Replace("PORT", $"{dpu.Port}", StringComparison.Ordinal).Replace("PIN", dpu.Host.CaSha256, StringComparison.Ordinal);
        using var stranger = new DpuHttpClient(new DpuClientOptions { Address = address, Token = _ => null, Trust = at => KnownAuthorities.TrustFor(at, home.Path) });
        (await Should.ThrowAsync<DpuUnreachableException>(() => stranger.GetHealthAsync(CancellationToken.None))).Message.ShouldContain($".dpu/ca/127.0.0.1_{dpu.Port}");

        home.File(Filled(Path.Combine(".dpu", file)), Filled(content));
        using var friend = new DpuHttpClient(new DpuClientOptions { Address = address, Token = _ => dpu.Token, Trust = at => KnownAuthorities.TrustFor(at, home.Path) });

        (await friend.GetHealthAsync(CancellationToken.None)).Dpu.ShouldBe("tls-dpu");
        (await friend.GetKeysAsync(CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_file_that_names_no_authority_is_told_by_its_path()
    {
        using var home = new TemporaryFolder();
        var path = home.File($".dpu/ca/127.0.0.1_{dpu.Port}", "trust me");
        using var client = new DpuHttpClient(new DpuClientOptions
        {
            Address = new Uri($"https://127.0.0.1:{dpu.Port}"),
            Token = _ => null,
            Trust = at => KnownAuthorities.TrustFor(at, home.Path),
        });

        (await Should.ThrowAsync<DpuNotAllowedException>(() => client.GetHealthAsync(CancellationToken.None))).Message.ShouldContain(path);
    }

    [Fact]
    public void What_is_kept_of_it_is_for_its_user_only()
    {
        var folder = Path.Combine(dpu.Host.DataDirectory, "tls");
        File.GetUnixFileMode(folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.EnumerateFiles(folder).Select(Path.GetFileName).ShouldBe(["ca.key", "ca.pem", "server.pem"], ignoreOrder: true);
        Directory.EnumerateFiles(folder).ShouldAllBe(path => File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
