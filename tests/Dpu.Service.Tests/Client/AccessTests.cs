using System.Net;
using System.Net.Sockets;
using Dpu.Client;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Client;

/// <summary>Who is asked, who is told, and what is made of answers that are none.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task A_stranger_at_the_address_gets_neither_token_nor_request()
    {
        var dpu = new FakeDpu();
        using var client = dpu.Client(options => options with { Distrust = _ => "The program that listens there belongs to another user." });
        (await Should.ThrowAsync<DpuNotAllowedException>(() => client.GetHealthAsync(CancellationToken.None))).Message.ShouldContain("another user");
        dpu.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stranger_is_not_even_connected_to()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var client = ClientOf(server, _ => "The program that listens there belongs to another user.");
        (await Should.ThrowAsync<DpuNotAllowedException>(() => client.GetNodesAsync(CancellationToken.None))).Message.ShouldContain("another user");
        server.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task A_listener_is_examined_once_for_all_requests_of_a_connection()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var connection = server.AcceptTcpClientAsync();
        var examined = 0;
        using var client = ClientOf(server, _ =>
        {
            examined++;
            return null;
        });
        for (var request = 0; request < 3; request++)
        {
            var nodes = client.GetNodesAsync(CancellationToken.None);
            await AnswerAsync((await connection).GetStream());
            (await nodes).ShouldBeEmpty();
        }

        examined.ShouldBe(1);
    }

    [Fact]
    public async Task A_visitor_has_nothing_to_hide()
    {
        var dpu = new FakeDpu().Then("""{"dpu":"x","version":"0.1.0","role":"embedded","state":"ready"}""");
        using var client = dpu.Client(options => options with { Token = _ => null, Distrust = _ => "never asked" });
        (await client.GetHealthAsync(CancellationToken.None)).Dpu.ShouldBe("x");
        dpu.Requests.Single().Authorization.ShouldBeNull();
    }

    [Fact]
    public async Task A_visitor_who_is_turned_away_is_told_where_the_token_would_be()
    {
        var dpu = new FakeDpu().Then(() => FakeDpu.Problem(HttpStatusCode.Unauthorized, """{"title":"Not logged in","status":401,"detail":"This needs a token."}"""));
        using var client = dpu.Client(options => options with { Token = _ => null });
        var message = (await Should.ThrowAsync<DpuNotAllowedException>(() => client.GetResultsAsync(1, CancellationToken.None))).Message;
        message.ShouldContain("This needs a token.");
        message.ShouldContain(Path.Combine("tokens", "127.0.0.1_8470"));
    }

    [Fact]
    public async Task A_fresh_token_is_read_at_the_next_request_and_gets_a_transport_of_its_own()
    {
        var (token, transports) = ("first", 0);
        var dpu = new FakeDpu().When(HttpMethod.Get, "/nodes", "[]");
        using var http = dpu.Client(options => options with
        {
            Token = _ => token,
            Transport = () =>
            {
                transports++;
                return options.Transport!();
            },
        });
        await http.GetNodesAsync(CancellationToken.None);
        await http.GetNodesAsync(CancellationToken.None);
        transports.ShouldBe(1);
        token = "second";
        await http.GetNodesAsync(CancellationToken.None);
        transports.ShouldBe(2);
        dpu.Requests.Select(request => request.Authorization).ShouldBe(["Bearer first", "Bearer first", "Bearer second"]);
    }

    [Theory]
    [InlineData("<html>Welcome to nginx</html>", "text/html", HttpStatusCode.OK)]
    [InlineData("<html>404</html>", "text/html", HttpStatusCode.NotFound)]
    [InlineData("null", "application/json", HttpStatusCode.OK)]
    public async Task What_is_no_DPU_is_called_so(string body, string type, HttpStatusCode status)
    {
        var dpu = new FakeDpu().Then(() => new HttpResponseMessage(status) { Content = new StringContent(body, System.Text.Encoding.UTF8, type) });
        using var client = dpu.Client();
        (await Should.ThrowAsync<DpuUnreachableException>(() => client.GetNodesAsync(CancellationToken.None))).Message.ShouldContain("is not a DPU");
    }

    [Fact]
    public async Task A_failure_in_plain_text_is_shown_in_short()
    {
        var dpu = new FakeDpu().Then(() => new HttpResponseMessage(HttpStatusCode.InternalServerError) { Content = new StringContent("line 1\nline 2" + new string('x', 5000)) });
        using var client = dpu.Client();
        var e = await Should.ThrowAsync<DpuRefusedException>(() => client.GetNodesAsync(CancellationToken.None));
        e.IsTemporary.ShouldBeTrue();
        e.Message.ShouldContain("500");
        e.Message.ShouldContain("line 1 line 2");
        e.Message.Length.ShouldBeLessThan(400);
    }

    [Fact]
    public async Task Queries_are_escaped()
    {
        var dpu = new FakeDpu().Then("[]").Then("[]").Then("""{"sequence":"Reduce>Coadd","steps":[]}""");
        using var client = dpu.Client();
        await client.GetJobsAsync(new JobQuery { User = "a&b=c", Status = "RUNNING", Limit = 5 }, CancellationToken.None);
        await client.FindFilesAsync("object=M 31 #842 8,6", CancellationToken.None);
        await client.GetOptionsAsync("Reduce>Coadd", CancellationToken.None);
        dpu.Requests.Select(request => request.Path).ShouldBe(
        [
            "/api/v1/jobs?user=a%26b%3Dc&status=RUNNING&limit=5",
            "/api/v1/files?q=object%3DM%2031%20%23842%208%2C6",
            "/api/v1/sequences/Reduce%3ECoadd/options",
        ]);
    }

    [Fact]
    public async Task Asking_for_jobs_by_number_names_each()
    {
        var dpu = new FakeDpu().Then("[]");
        using var client = dpu.Client();
        await client.GetJobsAsync(new JobQuery { Ids = [1, 2] }, CancellationToken.None);
        dpu.Requests.Single().Path.ShouldBe("/api/v1/jobs?id=1&id=2");
    }

    private static DpuHttpClient ClientOf(TcpListener server, Func<Uri, string?> distrust) =>
        new(new DpuClientOptions { Address = new Uri($"http://{server.LocalEndpoint}"), Token = _ => "secret", Distrust = distrust });

    /// <summary>Reads the head of a request without a body, and answers with an empty list.</summary>
    private static async Task AnswerAsync(NetworkStream connection)
    {
        using var reader = new StreamReader(connection, leaveOpen: true);
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            // Up to the empty line.
        }

        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"u8.ToArray());
    }
}
