using System.Security.Cryptography;
using System.Text;
using Dpu.Actors.Membership;
using Dpu.Client.Trust;
using Dpu.Domain.Users;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// Who may ask: loopback is not trusted. The token that only the service's user can read makes an owner of a caller; the secret of its own makes a node of it, which may use
/// what is marked for nodes and nothing else; everybody else is a visitor, who may look at the queue. A page of another site must not ask at all, so
/// <c>Host</c> and <c>Origin</c> are checked.
/// </summary>
internal sealed class RequestGuard(string token, string user, Func<OwnHosts?> hosts, INodeIdentities identities, RefusedCallers refused)
{
    /// <summary>Marks endpoints that a visitor may use.</summary>
    public sealed class ForVisitors
    {
        public static ForVisitors Instance { get; } = new();
    }

    /// <summary>Marks endpoints that a node may use, and nobody else.</summary>
    public sealed class ForNodes
    {
        public static ForNodes Instance { get; } = new();
    }

    /// <summary>Marks endpoints that look at a join key themselves, and are for nobody who shows something else.</summary>
    public sealed class ForJoinKeys
    {
        public static ForJoinKeys Instance { get; } = new();
    }

    /// <summary>Marks endpoints that not every user may use.</summary>
    public sealed record Needs(Right Right);

    private const string Scheme = "Bearer ";
    private const string NodePrefix = NodeCredential.Prefix + ":";
    private const string KeyPrefix = JoinKey.Prefix + ":";
    private const string CallerKey = "dpu.caller";
    private const string NodeKey = "dpu.node";
    private const string RefusedKey = "dpu.refused";

    private readonly byte[] _tokenHash = Hash(token);

    /// <summary>Who asks, and what he may see and do.</summary>
    public static Caller CallerOf(HttpContext context) => context.Items[CallerKey] as Caller ?? Caller.Visitor;

    public static string? UserOf(HttpContext context) => CallerOf(context).Name;

    /// <summary>Why the caller may not do what takes a right; null when he has it.</summary>
    public static ProblemResult? Refusal(HttpContext context, Right right) => CallerOf(context) is var caller && caller.Has(right)
        ? null
        : ProblemResult.Because(StatusCodes.Status403Forbidden, "not-allowed", Rights.Refusal(right, caller));

    /// <summary>Whose request it is, at an endpoint that is for the owner only.</summary>
    public static string RequireUser(HttpContext context) =>
        UserOf(context) ?? throw new InvalidOperationException("This endpoint is for the owner only.");

    /// <summary>Which node asks, at an endpoint for nodes.</summary>
    public static NodeIdentity RequireNode(HttpContext context) =>
        context.Items[NodeKey] as NodeIdentity ?? throw new InvalidOperationException("This endpoint is for nodes only.");

    /// <summary>What stands behind <c>Bearer</c>.</summary>
    public static string ParameterOf(HttpContext context) =>
        context.Request.Headers.Authorization.ToString() is var header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..] : "";

    /// <summary>Where an endpoint that checks for itself says no.</summary>
    public static RefusedCallers RefusedOf(HttpContext context) => (RefusedCallers)context.Items[RefusedKey]!;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Items[RefusedKey] = refused;
        var (refusal, reason) = Refusal(context);
        if (refusal is null)
        {
            await next(context);
            return;
        }

        await (reason is null ? refusal.ExecuteAsync(context) : refused.AnswerAsync(context, refusal, reason));
    }

    /// <summary>What is answered instead, and what the log says about it; null for nothing.</summary>
    private (ProblemResult? Refusal, string? Reason) Refusal(HttpContext context)
    {
        var request = context.Request;
        if (hosts() is not { } ours || !ours.Contains(request.Host.Value))
        {
            return (ProblemResult.Because(
                StatusCodes.Status421MisdirectedRequest,
                "wrong-host",
                $"This DPU does not answer to the host '{request.Host.Value}'. If it is one of its names, add that to dpu.http.names."), null);
        }

        if (request.Headers.Origin is [{ } origin, ..] && !ours.ContainsOrigin(origin, request.IsHttps))
        {
            return (ProblemResult.Because(StatusCodes.Status403Forbidden, "wrong-origin", $"Pages of '{origin}' may not use this DPU."), null);
        }

        return Authenticate(context);
    }

    private (ProblemResult? Refusal, string? Reason) Authenticate(HttpContext context)
    {
        var parameter = ParameterOf(context);
        return context.Request.Headers.Authorization.Count == 0 || context.Request.Headers.Authorization.ToString().Length == 0 ? (AsVisitor(context), null)
            : parameter.StartsWith(NodePrefix, StringComparison.Ordinal) ? AsNode(context)
            : parameter.StartsWith(KeyPrefix, StringComparison.Ordinal) ? (WithKey(context), null)
            : AsOwner(context, parameter);
    }

    private static ProblemResult? AsVisitor(HttpContext context)
    {
        if (Is<ForVisitors>(context))
        {
            return null;
        }

        var needed = Is<ForNodes>(context) ? "This is for nodes, which say who they are."
            : Is<ForJoinKeys>(context) ? "This needs a join key."
            : "A visitor may look at the queue only: this needs the token that the service wrote for its own user.";
        return ProblemResult.Because(StatusCodes.Status401Unauthorized, "token-needed", needed);
    }

    private (ProblemResult? Refusal, string? Reason) AsNode(HttpContext context)
    {
        if (identities.Authenticate(context.Request.Headers.Authorization.ToString()) is not { } node)
        {
            return (ProblemResult.Because(
                StatusCodes.Status401Unauthorized,
                "unknown-node",
                "No node is known by this name and secret: its identity was revoked, another node took its name, or it left. It can join with a new key."), $"{Claimed(context)} showed a name and secret that are nobody's");
        }

        context.Items[NodeKey] = node;
        return Is<ForNodes>(context)
            ? (null, null)
            : (ProblemResult.Because(StatusCodes.Status403Forbidden, "not-for-nodes", "A node may use what is made for nodes only."), $"node '{node.Name}' asked for {context.Request.Method} {context.GetEndpoint()?.DisplayName}, which is not for nodes");
    }

    /// <summary>As who somebody came, if that is a name that a log can hold.</summary>
    private static string Claimed(HttpContext context) => NodeCredential.TryParse(ParameterOf(context)) is { } shown ? $"node '{shown.Name}'" : "a node";

    private static ProblemResult? WithKey(HttpContext context) => Is<ForJoinKeys>(context)
        ? null
        : ProblemResult.Because(StatusCodes.Status403Forbidden, "not-for-keys", "With a join key a node can join, and do nothing else.");

    private (ProblemResult? Refusal, string? Reason) AsOwner(HttpContext context, string parameter)
    {
        if (!CryptographicOperations.FixedTimeEquals(Hash(parameter), _tokenHash))
        {
            // On this host it is somebody's token of the start before, which is nothing to worry about.
            var refusal = ProblemResult.Because(StatusCodes.Status401Unauthorized, "wrong-token", "The token is not this service's: it makes a new one at each start.");
            return (refusal, refused.IsLoopback(context) ? null : "a token was shown that is not this service's");
        }

        if (Is<ForNodes>(context) || Is<ForJoinKeys>(context))
        {
            return (ProblemResult.Because(StatusCodes.Status403Forbidden, "for-nodes", "This is for nodes only: the owner's token does not count here."), null);
        }

        context.Items[CallerKey] = Caller.OperatorNamed(user);
        return (null, null);
    }

    private static bool Is<TMark>(HttpContext context)
        where TMark : class => context.GetEndpoint()?.Metadata.GetMetadata<TMark>() is not null;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
