using Dpu.Pages.Login;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http.Sessions;

/// <summary>
/// What browsers show: a cookie with a user's token, or with a secret of <see cref="OwnerSessions"/>. Scripts cannot read it, other sites cannot send it with anything that changes something.
/// </summary>
internal sealed class BrowserSessions(OwnerSessions owners, OpenAddresses addresses) : ISessions
{
    /// <summary>Over TLS it is this host's alone, and never goes over anything else.</summary>
    private const string SecureName = "__Host-dpu-session";

    /// <summary>Browsers keep no cookies by port: two DPUs on one host must not take each other's.</summary>
    private const string PlainName = "dpu-session-";

    /// <summary>The token that a request shows by its cookie; null for none.</summary>
    public static string? TokenOf(HttpContext context) => context.Request.Cookies[NameOf(context)] is { Length: > 0 } token ? token : null;

    public bool IsOwner(string token) => token.StartsWith(OwnerSessions.Prefix, StringComparison.Ordinal) && owners.Knows(token);

    /// <summary>An address that logs in whoever opens it first.</summary>
    public string AddressFor(string token, DateTimeOffset expires) => $"/open/{addresses.Add(token, expires)}";

    /// <inheritdoc cref="OwnerSessions.Create"/>
    public (string Token, DateTimeOffset Expires) CreateForOwner() => owners.Create();

    public void Begin(HttpContext context, string token, DateTimeOffset expires) => context.Response.Cookies.Append(NameOf(context), token, OptionsOf(context, expires));

    public bool TryBegin(HttpContext context, string code)
    {
        if (addresses.Take(code) is not { } found)
        {
            return false;
        }

        Begin(context, found.Token, found.Expires);
        return true;
    }

    public void End(HttpContext context)
    {
        if (TokenOf(context) is { } token)
        {
            owners.End(token);
        }

        Forget(context);
    }

    /// <summary>The browser need not show any more what is of no use.</summary>
    public static void Forget(HttpContext context) => context.Response.Cookies.Delete(NameOf(context), OptionsOf(context, null));

    private static string NameOf(HttpContext context) => context.Request.IsHttps ? SecureName : $"{PlainName}{context.Request.Host.Port ?? 80}";

    private static CookieOptions OptionsOf(HttpContext context, DateTimeOffset? expires) => new()
    {
        Path = "/",
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        IsEssential = true,
        Expires = expires,
    };
}
