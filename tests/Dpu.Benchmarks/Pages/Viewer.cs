using System.Net.Http.Headers;
using System.Net.ServerSentEvents;

namespace Dpu.Benchmarks.Pages;

/// <summary>Somebody who leaves the queue open: does over HTTP what the page's script does.</summary>
internal sealed class Viewer : IDisposable
{
    private static readonly Uri Queue = new("/", UriKind.Relative);
    private static readonly Uri Stream = new("/api/v1/jobs/events?all=true", UriKind.Relative);
    /// <summary>The script's.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    private readonly HttpClient _session;
    private readonly CancellationToken _end;
    private readonly SemaphoreSlim _told = new(0, 1);
    private EntityTagHeaderValue? _tag;
    private int _looks;

    public Viewer(HttpClient session, CancellationToken end)
    {
        (_session, _end) = (session, end);
        Ended = Task.WhenAll(Task.Run(ListenAsync, CancellationToken.None), Task.Run(LookAsync, CancellationToken.None));
    }

    /// <summary>How often the page was fetched.</summary>
    public int Looks => Volatile.Read(ref _looks);

    public Task Ended { get; }

    public void Dispose()
    {
        _session.Dispose();
        _told.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            await using var stream = await _session.GetStreamAsync(Stream, _end);
            await foreach (var _ in SseParser.Create(stream).EnumerateAsync(_end))
            {
                if (_told.CurrentCount == 0)
                {
                    _told.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer goes.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            while (true)
            {
                await _told.WaitAsync(_end);
                using var request = new HttpRequestMessage(HttpMethod.Get, Queue);
                if (_tag is not null)
                {
                    request.Headers.IfNoneMatch.Add(_tag);
                }

                using var answer = await _session.SendAsync(request, _end);
                await answer.Content.ReadAsByteArrayAsync(_end);
                _tag = answer.Headers.ETag;
                Interlocked.Increment(ref _looks);
                await Task.Delay(Pace, _end);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer goes.
        }
    }
}
