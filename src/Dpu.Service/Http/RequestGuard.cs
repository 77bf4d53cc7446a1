using System.Security.Cryptography;
using System.Text;
using Dpu.Actors.Membership;
using Dpu.Actors.Users;
using Dpu.Client.Trust;
using Dpu.Domain.Users;
using Dpu.Service.Http.Sessions;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// Who may ask: loopback is not trusted. The token that only the service's user can read makes an operator of a caller; a user's token makes that user of him, with the rights of his type; the
/// secret of its own makes a node of it, which may use what is marked for nodes and nothing else; everybody else is a visitor, who may look at the queue. A page of another site must not
/// ask at all, so <c>Host</c> and <c>Origin</c> are checked.
/// </summary>
internal sealed class RequestGuard(
    string token, string user, Func<OwnHosts?> hosts, INodeIdentities identities, IUserDirectory users, BrowserSessions sessions, RefusedCallers refused, TimeProvider time)
{
    /// <summary>Marks endpoints that a visitor may use.</summary>
    public sealed class ForVisitors
    {
        public static ForVisitors Instance { get; } = new();
    }

    /// <summary>Marks pages: who shows what is of no use any more looks at them as a visitor.</summary>
    public sealed class ForBrowsers
    {
        public static ForBrowsers Instance { get; } = new();
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
    private const string UserPrefix = UserToken.Prefix + ":";
    private const string CallerKey = "dpu.caller";
    private const string TokenKey = "dpu.token";
    private const string NodeKey = "dpu.node";
    private const string RefusedKey = "dpu.refused";

    /// <summary>Timers of the system end at seven weeks; no request lasts so long.</summary>
    private static readonly TimeSpan TimerMax = TimeSpan.FromDays(40);

    private readonly byte[] _tokenHash = Hash(token);

    /// <summary>Who asks, and what he may see and do.</summary>
    public static Caller CallerOf(HttpContext context) => context.Items[CallerKey] as Caller ?? Caller.Visitor;

    /// <summary>The user's token that was shown; null for a visitor, and for who runs the service.</summary>
    public static Shown.User? TokenOf(HttpContext context) => context.Items[TokenKey] as Shown.User;

    /// <summary>Where what the caller makes goes unless he says otherwise.</summary>
    public static WorkContext UsualContextOf(HttpContext context) => TokenOf(context)?.Context ?? WorkContext.Usual;

    public static string? UserOf(HttpContext context) => CallerOf(context).Name;

    /// <summary>Why the caller may not do what takes a right; null when he has it.</summary>
    public static ProblemResult? Refusal(HttpContext context, Right right) => CallerOf(context) is var caller && caller.Has(right)
        ? null
        : ProblemResult.Because(StatusCodes.Status403Forbidden, "not-allowed", Rights.Refusal(right, caller));

    /// <summary>Whose request it is, at an endpoint that is not for visitors.</summary>
    public static string RequireUser(HttpContext context) =>
        UserOf(context) ?? throw new InvalidOperationException("This endpoint is not for visitors.");

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
            await ServeAsync(context, next);
            return;
        }

        await (reason is null ? refusal.ExecuteAsync(context) : refused.AnswerAsync(context, refusal, reason));
    }

    /// <summary>
    /// What only reads ends when the user is not let in any more, above all a stream: he comes again, and learns why. What changes something was allowed when it came, and its outcome must be told.
    /// </summary>
    private async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (TokenOf(context) is not { } shown || !HttpMethods.IsGet(context.Request.Method))
        {
            await next(context);
            return;
        }

        var left = shown.ExpiresAt - time.GetUtcNow();
        using var expired = new CancellationTokenSource(left < TimerMax ? left > TimeSpan.Zero ? left : TimeSpan.Zero : Timeout.InfiniteTimeSpan, time);
        var gone = context.RequestAborted;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(gone, shown.Ended, expired.Token);
        context.RequestAborted = ended.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return;
            }

            context.RequestAborted = gone;
            await ProblemResult.Because(StatusCodes.Status401Unauthorized, "rights-changed", "What you may do was changed while this was asked. Ask again.").ExecuteAsync(context);
        }
        finally
        {
            context.RequestAborted = gone;
        }
    }

    /// <summary>What is answered instead, and what the log says about it; null for nothing.</summary>
    private (ProblemResult? Refusal, string? Reason) Refusal(HttpContext context)
    {
        var request = context.Request;
        if (Is<MonitoringEndpoints.ForProbes>(context))
        {
            return (null, null);
        }

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

        return IsFromElsewhere(context)
            ? (ProblemResult.Because(StatusCodes.Status403Forbidden, "wrong-origin", "This was sent by a page that is not the DPU's, or by a browser that does not say."), null)
            : Authenticate(context);
    }

    /// <summary>
    /// A browser sends its cookie with whatever any page makes it send: what changes something must have been sent by one of our own pages (<c>Origin</c>, and <c>Sec-Fetch-Site</c> of browsers
    /// that leave that out), and so must a form that logs in.
    /// </summary>
    private static bool IsFromElsewhere(HttpContext context)
    {
        var request = context.Request;
        var isSafe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return !isSafe
            && request.Headers.Authorization.Count == 0
            && (Is<ForBrowsers>(context) || BrowserSessions.TokenOf(context) is not null)
            && request.Headers.Origin.Count == 0
            && request.Headers["Sec-Fetch-Site"] != "same-origin";
    }

    private (ProblemResult? Refusal, string? Reason) Authenticate(HttpContext context)
    {
        var parameter = ParameterOf(context);
        return context.Request.Headers.Authorization.Count == 0 || context.Request.Headers.Authorization.ToString().Length == 0 ? AsBrowser(context)
            : parameter.StartsWith(NodePrefix, StringComparison.Ordinal) ? AsNode(context)
            : parameter.StartsWith(KeyPrefix, StringComparison.Ordinal) ? (WithKey(context), null)
            : parameter.StartsWith(UserPrefix, StringComparison.Ordinal) ? AsUser(context, parameter)
            : AsOwner(context, parameter);
    }

    /// <summary>By cookie, or as a visitor.</summary>
    private (ProblemResult? Refusal, string? Reason) AsBrowser(HttpContext context)
    {
        if (BrowserSessions.TokenOf(context) is not { } shown || Is<ForNodes>(context) || Is<ForJoinKeys>(context))
        {
            return (AsVisitor(context), null);
        }

        if (sessions.IsOwner(shown))
        {
            context.Items[CallerKey] = Caller.OperatorNamed(user);
            return (null, null);
        }

        if (users.Authenticate(shown) is Shown.User)
        {
            return AsUser(context, shown);
        }

        BrowserSessions.Forget(context);
        if (Is<ForBrowsers>(context))
        {
            // What the page asks for him is asked by a visitor, too.
            context.Request.Headers.Cookie = default;
            return (null, null);
        }

        return (ProblemResult.Because(StatusCodes.Status401Unauthorized, "session-over", "You are not logged in any more: log in again."), null);
    }

    private static ProblemResult? AsVisitor(HttpContext context)
    {
        if (Is<ForVisitors>(context))
        {
            return null;
        }

        var needed = Is<ForNodes>(context) ? "This is for nodes, which say who they are."
            : Is<ForJoinKeys>(context) ? "This needs a join key."
            : "A visitor may look at the queue only: this needs a user, who has logged in or runs the service.";
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

    private (ProblemResult? Refusal, string? Reason) AsUser(HttpContext context, string parameter)
    {
        switch (users.Authenticate(parameter))
        {
            case Shown.NoMore no:
                var (code, detail) = TokenText.Of(no);
                return (ProblemResult.Because(StatusCodes.Status401Unauthorized, code, detail), $"token {no.TokenId} of user '{no.Name}' was shown, which is of no use any more ({no.Flaw})");
            case Shown.User shown when Is<ForNodes>(context) || Is<ForJoinKeys>(context):
                return (NotForPeople("a user's token"), $"user '{shown.Caller.Name}' asked for {context.Request.Method} {context.GetEndpoint()?.DisplayName}, which is for nodes");
            case Shown.User shown:
                context.Items[TokenKey] = shown;
                context.Items[CallerKey] = shown.Caller;
                return (context.GetEndpoint()?.Metadata.GetMetadata<Needs>() is { } needs ? Refusal(context, needs.Right) : null, null);
            default:
                return (ProblemResult.Because(StatusCodes.Status401Unauthorized, "wrong-token", "This token is no user's. 'dpu login' gets another one."), "a user's token was shown that is nobody's");
        }
    }

    private static ProblemResult NotForPeople(string shown) =>
        ProblemResult.Because(StatusCodes.Status403Forbidden, "for-nodes", $"This is for nodes only: {shown} does not count here.");

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
            return (NotForPeople("the owner's token"), null);
        }

        context.Items[CallerKey] = Caller.OperatorNamed(user);
        return (null, null);
    }

    private static bool Is<TMark>(HttpContext context)
        where TMark : class => context.GetEndpoint()?.Metadata.GetMetadata<TMark>() is not null;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
