using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>
/// Who may ask: loopback is not trusted. The token that only the service's user can read makes an owner of a caller; everybody else is a visitor,
/// who may look at the queue. A page of another site must not ask at all, so <c>Host</c> and <c>Origin</c> are checked.
/// </summary>
internal sealed class RequestGuard(string token, string user, Func<Uri?> address)
{
    /// <summary>Marks endpoints that a visitor may use.</summary>
    public sealed class ForVisitors
    {
        public static ForVisitors Instance { get; } = new();
    }

    private const string Scheme = "Bearer ";
    private const string UserKey = "dpu.user";

    private static readonly string[] OwnNames = ["127.0.0.1", "localhost", "[::1]"];

    private readonly byte[] _tokenHash = Hash(token);

    public static string? UserOf(HttpContext context) => context.Items[UserKey] as string;

    /// <summary>Whose request it is, at an endpoint that is not for visitors.</summary>
    public static string RequireUser(HttpContext context) =>
        UserOf(context) ?? throw new InvalidOperationException("This endpoint is not for visitors.");

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (Refusal(context) is { } refusal)
        {
            if (refusal.Status == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
            }

            await refusal.ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    private ProblemResult? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (!IsOurs(request.Host.Value))
        {
            return ProblemResult.Because(StatusCodes.Status421MisdirectedRequest, "wrong-host", $"This DPU does not answer to the host '{request.Host.Value}'.");
        }

        if (request.Headers.Origin is [{ } origin, ..] && !IsOurs(origin.StartsWith("http://", StringComparison.Ordinal) ? origin["http://".Length..] : origin))
        {
            return ProblemResult.Because(StatusCodes.Status403Forbidden, "wrong-origin", $"Pages of '{origin}' may not use this DPU.");
        }

        return Authenticate(context);
    }

    private ProblemResult? Authenticate(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !CryptographicOperations.FixedTimeEquals(Hash(header[Scheme.Length..]), _tokenHash))
            {
                return ProblemResult.Because(StatusCodes.Status401Unauthorized, "wrong-token", "The token is not this service's: it makes a new one at each start.");
            }

            context.Items[UserKey] = user;
            return null;
        }

        return context.GetEndpoint()?.Metadata.GetMetadata<ForVisitors>() is not null
            ? null
            : ProblemResult.Because(StatusCodes.Status401Unauthorized, "token-needed", "A visitor may look at the queue only: this needs the token that the service wrote for its own user.");
    }

    /// <summary>The address that is listened at, by number or as this machine's own name for itself: what a page elsewhere can make point here is another name.</summary>
    private bool IsOurs(string? host)
    {
        if (address() is not { } own)
        {
            return false;
        }

        // Clients leave the port out where it is the scheme's own.
        var port = own.IsDefaultPort ? "" : $":{own.Port}";
        return OwnNames.Append(own.Host).Any(name => string.Equals(host, name + port, StringComparison.OrdinalIgnoreCase));
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
