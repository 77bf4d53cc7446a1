using System.Text;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>A stream of server-sent events, kept alive by comments.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(15);

    private readonly HttpContext _context;
    private readonly CancellationTokenSource _ended;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ITimer _keepAlive;

    private EventStream(HttpContext context, TimeProvider time, CancellationToken stopping)
    {
        _context = context;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        _keepAlive = time.CreateTimer(_ => _ = WriteAsync(": keep-alive\n\n"), null, KeepAliveInterval, KeepAliveInterval);
    }

    /// <summary>Cancelled when the client has gone or the service stops.</summary>
    public CancellationToken Ended => _ended.Token;

    public static async Task<EventStream> OpenAsync(HttpContext context, TimeProvider time, CancellationToken stopping)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.StartAsync(context.RequestAborted);
        return new EventStream(context, time, stopping);
    }

    /// <summary>Sends one event; <paramref name="data"/> has no newline.</summary>
    public Task SendAsync(string name, string data) => WriteAsync($"event: {name}\ndata: {data}\n\n");

    public async ValueTask DisposeAsync()
    {
        await _keepAlive.DisposeAsync();
        _ended.Dispose();
        _writing.Dispose();
    }

    private async Task WriteAsync(string text)
    {
        // The timer's comments must not fall into the middle of an event.
        await _writing.WaitAsync(Ended);
        try
        {
            await _context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), Ended);
            await _context.Response.Body.FlushAsync(Ended);
        }
        finally
        {
            _writing.Release();
        }
    }
}
