using Dpu.Actors.Membership;
using Dpu.Actors.Users;
using Dpu.Service.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

public sealed class RequestGuardTests
{
    private const string Token = "a-token";
    private static readonly Endpoint Open = new(null, new EndpointMetadataCollection(RequestGuard.ForVisitors.Instance), "open");
    private static readonly Endpoint Closed = new(null, EndpointMetadataCollection.Empty, "closed");

    [Theory]
    [InlineData("127.0.0.1:8470")]
    [InlineData("localhost:8470")]
    [InlineData("LocalHost:8470")]
    [InlineData("[::1]:8470")]
    [InlineData("127.0.0.2:8470")]
    public async Task The_machines_own_names_with_the_port_are_hosts(string host) =>
        (await StatusAsync(host: host, address: "http://127.0.0.2:8470")).ShouldBe(StatusCodes.Status204NoContent);

    // What a page elsewhere can make resolve to loopback is a name; it cannot change what the browser sends as Host.
    [Theory]
    [InlineData("evil.example:8470")]
    [InlineData("127.0.0.1:8471")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:8470.evil.example")]
    [InlineData("127.0.0.2:8470")]
    [InlineData("")]
    public async Task Other_hosts_are_refused_whatever_they_bring(string host) =>
        (await StatusAsync(host: host, authorization: $"Bearer {Token}")).ShouldBe(StatusCodes.Status421MisdirectedRequest);

    [Fact]
    public async Task Where_the_port_is_the_schemes_own_a_host_is_named_without_it() =>
        (await StatusAsync(host: "localhost", address: "http://127.0.0.1:80")).ShouldBe(StatusCodes.Status204NoContent);

    [Fact]
    public async Task Nobody_is_answered_before_the_address_is_known() =>
        (await StatusAsync(address: null)).ShouldBe(StatusCodes.Status421MisdirectedRequest);

    [Theory]
    [InlineData("http://127.0.0.1:8470", true)]
    [InlineData("http://localhost:8470", true)]
    [InlineData("http://evil.example", false)]
    [InlineData("http://localhost:8471", false)]
    [InlineData("https://localhost:8470", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public async Task Pages_of_other_sites_may_not_ask(string origin, bool allowed) =>
        (await StatusAsync(origin: origin, authorization: $"Bearer {Token}")).ShouldBe(allowed ? StatusCodes.Status204NoContent : StatusCodes.Status403Forbidden);

    [Theory]
    [InlineData("Bearer a-token", true)]
    [InlineData("bearer a-token", true)]
    [InlineData("Bearer a-toke", false)]
    [InlineData("Bearer a-token2", false)]
    [InlineData("Bearer ", false)]
    [InlineData("Basic a-token", false)]
    [InlineData("a-token", false)]
    public async Task A_wrong_token_is_refused_even_where_a_visitor_may_look(string authorization, bool allowed)
    {
        (await StatusAsync(authorization: authorization)).ShouldBe(allowed ? StatusCodes.Status204NoContent : StatusCodes.Status401Unauthorized);
        (await StatusAsync(authorization: authorization, endpoint: Closed)).ShouldBe(allowed ? StatusCodes.Status204NoContent : StatusCodes.Status401Unauthorized);
    }

    [Fact]
    public async Task Without_a_token_only_what_is_marked_is_open()
    {
        (await StatusAsync()).ShouldBe(StatusCodes.Status204NoContent);
        (await StatusAsync(endpoint: Closed)).ShouldBe(StatusCodes.Status401Unauthorized);
        (await StatusAsync(endpoint: null)).ShouldBe(StatusCodes.Status401Unauthorized);
    }

    [Fact]
    public void What_visitors_may_use_is_this_list_and_nothing_else()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        Endpoints.Map(app, null!);
        Routes(app).Where(route => route.Metadata.GetMetadata<RequestGuard.ForVisitors>() is not null)
            .Select(Describe)
            .ShouldBe(
                [
                    "GET /api/v1/health", "GET /api/v1/openapi.json", "GET /api/v1/jobs", "GET /api/v1/jobs/events", "GET /api/v1/jobs/{id:int}", "GET /api/v1/jobs/{id:int}/events",
                    "GET /api/v1/nodes", "GET /api/v1/nodes/{name}", "GET /api/v1/nodes/{name}/tasks", "GET /api/v1/stats", "GET /api/v1/statistics", "GET /api/v1/history/jobs",
                    "GET /api/v1/sequences", "GET /api/v1/sequences/{sequence}/options",
                    "GET /api/v1/campaigns", "GET /api/v1/campaigns/{name}/units", "GET /api/v1/sequences/{sequence}/history",
                    // Where one becomes a user, and asks whether one is.
                    "POST /api/v1/login", "GET /api/v1/whoami",
                    // What of these is for the world.
                    "GET /api/v1/jobs/{id:int}/explain", "GET /api/v1/jobs/{id:int}/results", "GET /api/v1/jobs/{id:int}/tasks", "GET /api/v1/jobs/{id:int}/logs",
                    "GET /api/v1/jobs/{id:int}/tasks/{task:int}", "GET /api/v1/jobs/{id:int}/logs/part", "GET /api/v1/jobs/{id:int}/lines",
                    "GET /api/v1/jobs/{id:int}/graph", "GET /api/v1/jobs/{id:int}/timeline", "GET /api/v1/jobs/{id:int}/command",
                    "GET /api/v1/files", "GET /api/v1/files/{id}", "GET|HEAD /api/v1/files/{id}/content", "GET /api/v1/files/{id}/provenance",
                    // The program, for whoever was told its hash.
                    "GET /api/v1/node/package/{sha256}",
                ],
                ignoreOrder: true);
    }

    internal static IEnumerable<RouteEndpoint> Routes(IEndpointRouteBuilder app) => app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    internal static string Describe(RouteEndpoint route) =>
        $"{string.Join('|', route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["ANY"])} {route.RoutePattern.RawText}";

    private static Task<int> StatusAsync(
        string host = "127.0.0.1:8470", string? origin = null, string? authorization = null, string? address = "http://127.0.0.1:8470") =>
        StatusAsync(Open, host, origin, authorization, address);

    private static Task<int> StatusAsync(Endpoint? endpoint, string? authorization = null) =>
        StatusAsync(endpoint, "127.0.0.1:8470", null, authorization, "http://127.0.0.1:8470");

    private static async Task<int> StatusAsync(Endpoint? endpoint, string host, string? origin, string? authorization, string? address)
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.SetEndpoint(endpoint);
        context.Request.Host = new HostString(host);
        if (origin is not null)
        {
            context.Request.Headers.Origin = origin;
        }

        if (authorization is not null)
        {
            context.Request.Headers.Authorization = authorization;
        }

        var refused = new RefusedCallers(NullLogger.Instance, TimeProvider.System, _ => true);
        var guard = new RequestGuard(Token, "somebody", () => address is null ? null : new OwnHosts(new Uri(address), []), new NodeIdentities(), new UserDirectory(TimeProvider.System), NoSessions.Make(), refused, TimeProvider.System);
        await guard.InvokeAsync(context, passed =>
        {
            RequestGuard.UserOf(passed).ShouldBe(authorization is null ? null : "somebody");
            passed.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        context.Response.Headers.WWWAuthenticate.ToString().ShouldBe(context.Response.StatusCode == 401 ? "Bearer" : "");
        return context.Response.StatusCode;
    }
}
