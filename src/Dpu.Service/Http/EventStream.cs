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
    private volatile Task _keepingAlive = Task.CompletedTask;

    private EventStream(HttpContext context, TimeProvider time, CancellationToken stopping)
    {
        _context = context;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        _keepAlive = time.CreateTimer(_ => KeepAlive(), null, KeepAliveInterval, KeepAliveInterval);
    }

    /// <summary>Cancelled when the client has gone or the service stops.</summary>
    public CancellationToken Ended => _ended.Token;

    public static async Task<EventStream> OpenAsync(HttpContext context, TimeProvider time, CancellationToken stopping)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.StartAsync(context.RequestAborted);

        // Whoever asks learns at once that there is somebody, although nothing may happen for long.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        return new EventStream(context, time, stopping);
    }

    /// <summary>What the client read last, before its stream broke; empty for nothing.</summary>
    public static string LastIdOf(HttpContext context) => context.Request.Headers["Last-Event-ID"].ToString();

    /// <summary>Sends one event; <paramref name="data"/> has no newline. Whoever asks again shows the last <paramref name="id"/> that he got.</summary>
    public Task SendAsync(string name, string data, string? id = null) => WriteAsync($"event: {name}\n{(id is null ? "" : $"id: {id}\n")}data: {data}\n\n");

    public async ValueTask DisposeAsync()
    {
        await _keepAlive.DisposeAsync();

        // A comment may be on its way still, and the response belongs to the next request of this connection once we are gone.
        await _keepingAlive;
        _ended.Dispose();
        _writing.Dispose();
    }

    private void KeepAlive()
    {
        if (_keepingAlive.IsCompleted)
        {
            _keepingAlive = KeepAliveAsync();
        }
    }

    /// <summary>When the client has gone the next event finds out; a comment need not tell.</summary>
    private async Task KeepAliveAsync()
    {
        try
        {
            await WriteAsync(": keep-alive\n\n");
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            await _ended.CancelAsync();
        }
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
