using System.Security.Cryptography;
using System.Text;
using Dpu.Pages.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Dpu.Pages.Rendering;

/// <summary>Draws a component as a page, with what every page is sent with.</summary>
internal sealed class PageRenderer(IServiceProvider services, ILoggerFactory loggers)
{
    private const int TagBytes = 16;

    /// <summary>Nothing from elsewhere, nothing inline, in nobody's frame: markup that slipped through would still be inert.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public async Task SendAsync(Visit visit, PageAnswer.Shown page)
    {
        var html = await DrawAsync(page, await visit.FrameAsync());
        var bytes = Encoding.UTF8.GetBytes(html);
        var (request, response) = (visit.Http.Request, visit.Http.Response);
        response.StatusCode = page.Status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.CacheControl = "private, no-cache";
        response.Headers.Vary = HeaderNames.Cookie;
        if (HttpMethods.IsGet(request.Method) && page.Status == StatusCodes.Status200OK)
        {
            // What is looked at again and again is mostly as it was.
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, TagBytes))}\"");
            response.Headers.ETag = tag.ToString();
            if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, visit.Http.RequestAborted);
    }

    private async Task<string> DrawAsync(PageAnswer.Shown page, Frame frame)
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(PageRoot.Component)] = page.Component,
                [nameof(PageRoot.Model)] = page.Model,
                [nameof(PageRoot.Frame)] = frame,
            });
            var root = await renderer.RenderComponentAsync<PageRoot>(parameters);
            return root.ToHtmlString();
        });
    }
}
