using System.Text.Json;
using Dpu.Actors.Membership;
using Dpu.Actors.Users;
using Dpu.Domain.Membership;
using Dpu.Domain.Users;
using Dpu.Service.Http;
using Dpu.Service.Http.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>Who is let in where: every kind of caller at every kind of endpoint.</summary>
public sealed class UserGuardTests
{
    private const string Own = "own-token";
    private const string NodeHash = "ff";
    private static readonly DateTimeOffset Now = new(2000, 4, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly string[] Kinds = ["visitors", "users", "operators", "nodes", "join-keys"];

    private readonly ManualTime _time = new(Now);
    private readonly UserDirectory _directory;
    private UserState _users = UserState.Empty;

    public UserGuardTests()
    {
        _directory = new UserDirectory(_time);
        foreach (var (name, type) in ((string, UserType)[])[("looker", UserType.Visitor), ("one", UserType.Standard), ("two", UserType.Steering), ("three", UserType.Developer), ("boss", UserType.Operator), ("gone", UserType.Developer)])
        {
            Happens(new UserEvent.Added(name, type, [], WorkContext.Usual, "root", Now), Token(name, name));
        }

        Happens(new UserEvent.Disabled("gone", "root", Now), Token("one", "revoked"), new UserEvent.TokenRevoked("u-revoked", "one", "root", Now), Token("one", "old") with { ExpiresAt = Now });
    }

    [Theory]
    // who shows what        at what is for: visitors, users, operators, nodes, who has a join key
    [InlineData("nothing", "204", "401 token-needed", "401 token-needed", "401 token-needed", "401 token-needed")]
    [InlineData("own", "204", "204", "204", "403 for-nodes", "403 for-nodes")]
    [InlineData("boss", "204", "204", "204", "403 for-nodes", "403 for-nodes")]
    [InlineData("three", "204", "204", "403 not-allowed", "403 for-nodes", "403 for-nodes")]
    [InlineData("two", "204", "204", "403 not-allowed", "403 for-nodes", "403 for-nodes")]
    [InlineData("one", "204", "204", "403 not-allowed", "403 for-nodes", "403 for-nodes")]
    [InlineData("looker", "204", "204", "403 not-allowed", "403 for-nodes", "403 for-nodes")]
    [InlineData("gone", "401 user-disabled", "401 user-disabled", "401 user-disabled", "401 user-disabled", "401 user-disabled")]
    [InlineData("revoked", "401 token-revoked", "401 token-revoked", "401 token-revoked", "401 token-revoked", "401 token-revoked")]
    [InlineData("old", "401 token-expired", "401 token-expired", "401 token-expired", "401 token-expired", "401 token-expired")]
    [InlineData("nobody", "401 wrong-token", "401 wrong-token", "401 wrong-token", "401 wrong-token", "401 wrong-token")]
    [InlineData("wrong own", "401 wrong-token", "401 wrong-token", "401 wrong-token", "401 wrong-token", "401 wrong-token")]
    [InlineData("node", "403 not-for-nodes", "403 not-for-nodes", "403 not-for-nodes", "204", "403 not-for-nodes")]
    [InlineData("key", "403 not-for-keys", "403 not-for-keys", "403 not-for-keys", "403 not-for-keys", "204")]
    public async Task Everybody_is_let_in_where_he_belongs(string who, params string[] answers)
    {
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            (await AskAsync(Shown(who), Endpoint(Kinds[kind]))).Answer.ShouldBe(answers[kind], Kinds[kind]);
        }
    }

    [Theory]
    [InlineData("nothing", null, UserType.Visitor)]
    [InlineData("own", "root", UserType.Operator)]
    [InlineData("two", "two", UserType.Steering)]
    [InlineData("looker", "looker", UserType.Visitor)]
    public async Task An_endpoint_is_told_who_asks(string who, string? name, UserType type)
    {
        var (_, context) = await AskAsync(Shown(who), Endpoint("visitors"));
        var caller = RequestGuard.CallerOf(context);
        (caller.Name, caller.Type).ShouldBe((name, type));
        (RequestGuard.TokenOf(context) is null).ShouldBe(who is "nothing" or "own");
    }

    [Fact]
    public async Task A_refusal_says_what_it_takes_and_why_a_token_is_no_more()
    {
        (await DetailAsync("two", "operators")).ShouldBe("This is for operators (nodes, keys, users, configuration, files of the DPU's host, other people's jobs): you are 'two', a user of type 2.");
        (await DetailAsync("old", "users")).ShouldBe("Token u-old of 'one' expired on 2000-04-28 08:00:00 UTC: log in again.");
        (await DetailAsync("gone", "users")).ShouldContain("'gone' is disabled since 2000-04-28 08:00:00 UTC");
    }

    [Theory]
    [InlineData("disabled")]
    [InlineData("revoked")]
    [InlineData("expired")]
    public async Task What_is_being_read_ends_when_its_reader_is_not_let_in_any_more(string how)
    {
        var reading = new TaskCompletionSource<CancellationToken>();
        var asked = AskAsync(Shown("two"), Endpoint("users"), async context =>
        {
            reading.SetResult(context.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        (await reading.Task).IsCancellationRequested.ShouldBeFalse();
        switch (how)
        {
            case "disabled":
                Happens(new UserEvent.Disabled("two", "root", Now));
                break;
            case "revoked":
                Happens(new UserEvent.TokenRevoked("u-two", "two", "root", Now));
                break;
            default:
                _time.Advance(TimeSpan.FromDays(1));
                break;
        }

        (await asked).Answer.ShouldBe("401 rights-changed");
    }

    // It was allowed when it came, and what became of it must be told.
    [Fact]
    public async Task What_changes_something_is_not_cut_off()
    {
        var asked = await AskAsync(Shown("two"), Endpoint("users"), context =>
        {
            Happens(new UserEvent.Disabled("two", "root", Now));
            context.RequestAborted.IsCancellationRequested.ShouldBeFalse();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }, "POST");
        asked.Answer.ShouldBe("204");
    }

    [Fact]
    public void What_is_for_operators_is_this_list()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        Endpoints.Map(app, null!);
        RequestGuardTests.Routes(app).Where(route => route.Metadata.GetMetadata<RequestGuard.Needs>() is { Right: Right.Operate })
            .Select(RequestGuardTests.Describe)
            .ShouldBe(
                [
                    "GET /api/v1/package", "GET /api/v1/scaling", "POST /api/v1/scaling", "POST /api/v1/ingest", "POST /api/v1/reload",
                    "POST /api/v1/nodes/{name}/drain", "POST /api/v1/nodes/{name}/resume", "POST /api/v1/nodes/{name}/lost",
                    "GET /api/v1/users", "POST /api/v1/users", "GET /api/v1/users/{name}", "POST /api/v1/users/{name}/set",
                    "POST /api/v1/users/{name}/disable", "POST /api/v1/users/{name}/enable",
                ],
                ignoreOrder: true);
    }

    // The document must not promise what the guard refuses, nor the other way round.
    [Fact]
    public void What_a_route_says_of_operators_is_what_the_guard_keeps()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        Endpoints.Map(app, null!);
        foreach (var route in RequestGuardTests.Routes(app).Where(route => route.Metadata.GetMetadata<RouteSays>() is not null))
        {
            var said = new RouteDescription();
            route.Metadata.GetMetadata<RouteSays>()!.Describe(said);
            (said.Right == Right.Operate).ShouldBe(route.Metadata.GetMetadata<RequestGuard.Needs>() is { Right: Right.Operate }, RequestGuardTests.Describe(route));
        }
    }

    private async Task<string> DetailAsync(string who, string kind)
    {
        var (_, context) = await AskAsync(Shown(who), Endpoint(kind));
        return Problem(context).GetProperty("detail").GetString()!;
    }

    private async Task<(string Answer, HttpContext Context)> AskAsync(string? authorization, Endpoint endpoint, RequestDelegate? next = null, string method = "GET")
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.SetEndpoint(endpoint);
        context.Request.Method = method;
        context.Request.Host = new HostString("127.0.0.1:8470");
        if (authorization is not null)
        {
            context.Request.Headers.Authorization = authorization;
        }

        var nodes = new NodeIdentities();
        nodes.Publish(MembershipState.Empty.Apply(new MembershipEvent.KeyCreated("k", "", true, Now, "root", "", Now)).Apply(new MembershipEvent.NodeJoined("n", "k", HashOf("secret"), Now)));
        var refused = new RefusedCallers(NullLogger.Instance, _time, _ => true);
        var guard = new RequestGuard(Own, "root", () => new OwnHosts(new Uri("http://127.0.0.1:8470"), []), nodes, _directory, NoSessions.Make(), refused, _time);
        await guard.InvokeAsync(context, next ?? (passed =>
        {
            passed.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }));
        var status = context.Response.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return (context.Response.StatusCode == 204 ? status : $"{status} {Problem(context).GetProperty("code").GetString()}", context);
    }

    private static JsonElement Problem(HttpContext context)
    {
        context.Response.Body.Position = 0;
        return JsonDocument.Parse(context.Response.Body).RootElement;
    }

    private void Happens(params UserEvent[] events)
    {
        _users = events.Aggregate(_users, (state, @event) => state.Apply(@event));
        _directory.Publish(_users);
    }

    private static UserEvent.TokenCreated Token(string user, string name) => new("u-" + name, user, HashOf(name), Now.AddDays(1), false, "", "root", Now);

    private static string? Shown(string who) => who switch
    {
        "nothing" => null,
        "own" => "Bearer " + Own,
        "wrong own" => "Bearer another",
        "node" => "Bearer dpu-node:n:secret",
        "key" => "Bearer dpu-key:0123abcd:secret",
        _ => $"Bearer dpu-user:u-{who}:{who}",
    };

    private static Endpoint Endpoint(string kind) => new(
        null,
        kind switch
        {
            "visitors" => new EndpointMetadataCollection(RequestGuard.ForVisitors.Instance),
            "users" => EndpointMetadataCollection.Empty,
            "operators" => new EndpointMetadataCollection(new RequestGuard.Needs(Right.Operate)),
            "nodes" => new EndpointMetadataCollection(RequestGuard.ForNodes.Instance),
            _ => new EndpointMetadataCollection(RequestGuard.ForJoinKeys.Instance),
        },
        kind);

    private static string HashOf(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}
