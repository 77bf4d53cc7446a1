using Dpu.Pages.Asking;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Dpu.Service.Http.Sessions;

/// <summary>
/// The API for pages, without a connection: each question goes through the same guard and the same routes as one that came over the network, with what the page's request showed.
/// </summary>
internal sealed class OwnApi : IApi
{
    private const string Prefix = "/api/v1";
    private const string Mark = "dpu.own-question";
    private const string FetchSite = "Sec-Fetch-Site";
    private static readonly string[] Shown = [HeaderNames.Cookie, HeaderNames.Authorization, HeaderNames.Origin, FetchSite];

    private RequestDelegate? _pipeline;

    /// <summary>Whether a request is a page's own question, which was counted with the page.</summary>
    public static bool Asked(HttpContext context) => context.Items.ContainsKey(Mark);

    /// <summary>Where questions go in; said once, while the service is built.</summary>
    public void Enter(RequestDelegate pipeline) => _pipeline = pipeline;

    public async Task<ApiReply> AskAsync(HttpContext page, ApiQuestion question)
    {
        using var body = new MemoryStream();
        var context = Make(page, question);
        context.Response.Body = body;
        await (_pipeline ?? throw new InvalidOperationException("The API was not built."))(context);
        page.RequestAborted.ThrowIfCancellationRequested();
        return new ApiReply(context.Response.StatusCode, body.GetBuffer().AsMemory(0, (int)body.Length), context.Response.Headers.Link);
    }

    private static DefaultHttpContext Make(HttpContext page, ApiQuestion question)
    {
        var context = new DefaultHttpContext { RequestServices = page.RequestServices, RequestAborted = page.RequestAborted };
        context.Items.Add(Mark, Mark);
        (context.Connection.RemoteIpAddress, context.Connection.RemotePort) = (page.Connection.RemoteIpAddress, page.Connection.RemotePort);
        (context.Connection.LocalIpAddress, context.Connection.LocalPort) = (page.Connection.LocalIpAddress, page.Connection.LocalPort);
        var request = context.Request;
        var query = question.Address.IndexOf('?', StringComparison.Ordinal);
        (request.Method, request.Scheme, request.Host, request.Protocol) = (question.Method, page.Request.Scheme, page.Request.Host, page.Request.Protocol);
        request.Path = PathString.FromUriComponent(Prefix + (query < 0 ? question.Address : question.Address[..query]));
        request.QueryString = query < 0 ? QueryString.Empty : new QueryString(question.Address[query..]);
        foreach (var name in Shown)
        {
            request.Headers[name] = page.Request.Headers[name];
        }

        if (question.Key is not null)
        {
            request.Headers["Idempotency-Key"] = question.Key;
        }

        if (question.Body is { } body)
        {
            request.Body = body;
            request.ContentType = question.Type;
            request.ContentLength = body.CanSeek ? body.Length - body.Position : null;
        }

        return context;
    }
}
