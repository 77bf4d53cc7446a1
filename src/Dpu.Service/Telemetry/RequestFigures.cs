using Dpu.Service.Http.Sessions;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Telemetry;

/// <summary>Counts what is asked over the network and how it is answered; a page's own questions belong to the page.</summary>
internal sealed class RequestFigures(TimeProvider time)
{
    private readonly Counter[] _byClass = [new(), new(), new(), new(), new()];
    private readonly Counter _open = new();
    private readonly Histogram _seconds = new(Metrics.HttpSeconds, [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);

    public async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (OwnApi.Asked(context))
        {
            await next(context);
            return;
        }

        var begun = time.GetTimestamp();
        _open.Add();
        try
        {
            await next(context);
        }
        finally
        {
            _open.Add(-1);
            var response = context.Response;
            _byClass[Math.Clamp((response.StatusCode / 100) - 1, 0, _byClass.Length - 1)].Add();
            if (response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) != true && !context.WebSockets.IsWebSocketRequest)
            {
                _seconds.Observe(time.GetElapsedTime(begun));
            }
        }
    }

    public IEnumerable<MetricFamily> Read() =>
    [
        new(Metrics.HttpRequests, [.. _byClass.Select(static (count, index) => Sample.Of(count.Value, ("answer", $"{index + 1}xx")))]),
        new(Metrics.HttpOpen, [Sample.Of(_open.Value)]),
        _seconds.Read(),
    ];
}
