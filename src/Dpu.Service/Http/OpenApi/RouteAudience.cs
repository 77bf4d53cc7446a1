using System.Text.Json.Nodes;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.OpenApi;

/// <summary>Whom a route is for, as its marks tell the guard.</summary>
internal sealed record RouteAudience(string Word)
{
    private const string Token = "token";
    private const string Node = "node";
    private const string JoinKey = "joinKey";

    private static readonly RouteAudience Visitors = new("visitor");
    private static readonly RouteAudience Users = new("user");
    private static readonly RouteAudience Nodes = new("node");
    private static readonly RouteAudience JoinKeys = new("join-key");

    /// <summary>What the guard answers to others.</summary>
    public IReadOnlyList<DescribedRefusal> Refusals => this == Visitors
        ? []
        : [new DescribedRefusal(StatusCodes.Status401Unauthorized, ["token-needed", "wrong-token", "token-expired", "token-revoked", "user-disabled", "rights-changed"]), new DescribedRefusal(StatusCodes.Status403Forbidden, this == Users ? ["not-allowed", "not-for-nodes"] : ["for-nodes"])];

    public static RouteAudience Of(EndpointMetadataCollection marks) =>
        marks.GetMetadata<RequestGuard.ForVisitors>() is not null ? Visitors
        : marks.GetMetadata<RequestGuard.ForNodes>() is not null ? Nodes
        : marks.GetMetadata<RequestGuard.ForJoinKeys>() is not null ? JoinKeys
        : Users;

    public string Sentence(Right? right) => Word switch
    {
        "visitor" => "For everybody; who shows no token sees what is for visitors.",
        "node" => "For nodes only.",
        "join-key" => "With a join key only.",
        _ => right switch
        {
            null => "For users.",
            Right.Operate => "For operators.",
            { } needed => $"For users of type {(int)Rights.LeastTypeFor(needed)} and above.",
        },
    };

    public JsonArray Security() => Word switch
    {
        "visitor" => [new JsonObject(), Needs(Token)],
        "node" => [Needs(Node)],
        "join-key" => [Needs(JoinKey)],
        _ => [Needs(Token)],
    };

    /// <summary>All ways to say who one is.</summary>
    public static JsonObject Schemes() => new()
    {
        [Token] = Bearer("A user's token (`dpu-user:ID:SECRET`), or the token that the service wrote for its own user."),
        [Node] = Bearer("A node's name and secret (`dpu-node:NAME:SECRET`), which it joined with."),
        [JoinKey] = Bearer("A join key (`dpu-key:ID:SECRET`)."),
    };

    private static JsonObject Needs(string scheme) => new() { [scheme] = new JsonArray() };

    private static JsonObject Bearer(string text) => new() { ["type"] = "http", ["scheme"] = "bearer", ["description"] = text };
}
