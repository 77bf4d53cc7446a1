using Dpu.Domain.Users;
using Dpu.Service.Configuration;
using Dpu.Service.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dpu.Service.Http;

/// <summary>
/// What other programs watch the DPU by, in their formats and where they look for it: outside <c>/api/v1</c>, and in no OpenAPI document. Probes of balancers and supervisors call a host
/// whatever they like and show no token; they are told one word.
/// </summary>
internal static class MonitoringEndpoints
{
    /// <summary>Marks what probes ask: answered to anybody, whatever he calls us and whatever he shows.</summary>
    public sealed class ForProbes
    {
        public static ForProbes Instance { get; } = new();
    }

    public static void Map(IEndpointRouteBuilder app, MetricsAudience audience, Readiness readiness, MetricsReader metrics)
    {
        app.MapMethods("/healthz", ["GET", "HEAD"], static context => WriteAsync(context, "ok")).WithMetadata(ForProbes.Instance, OfMonitors.Instance);
        app.MapMethods("/readyz", ["GET", "HEAD"], context => ReadyAsync(context, readiness)).WithMetadata(ForProbes.Instance, OfMonitors.Instance);
        if (audience != MetricsAudience.Off)
        {
            Mark(app.MapGet("/metrics", context => MetricsAsync(context, metrics)), audience).WithMetadata(OfMonitors.Instance);
        }
    }

    /// <summary>Marks what is no part of the API.</summary>
    public sealed class OfMonitors
    {
        public static OfMonitors Instance { get; } = new();
    }

    private static IEndpointConventionBuilder Mark(IEndpointConventionBuilder endpoint, MetricsAudience audience) => audience switch
    {
        MetricsAudience.Everyone => endpoint.WithMetadata(RequestGuard.ForVisitors.Instance),
        MetricsAudience.Users => endpoint,
        MetricsAudience.Operators => endpoint.WithMetadata(new RequestGuard.Needs(Right.Operate)),
        _ => throw new InvalidOperationException($"Nobody is {audience}."),
    };

    private static async Task ReadyAsync(HttpContext context, Readiness readiness)
    {
        var why = await readiness.WhyNotAsync();
        context.Response.StatusCode = why is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(context, why ?? "ready");
    }

    private static Task WriteAsync(HttpContext context, string words)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(words + "\n", context.RequestAborted);
    }

    private static async Task MetricsAsync(HttpContext context, MetricsReader metrics)
    {
        var text = PrometheusText.Of(await metrics.ReadAsync());
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }
}
