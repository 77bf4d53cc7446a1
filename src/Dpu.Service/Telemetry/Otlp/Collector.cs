using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Dpu.Service.Hosting;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>An OpenTelemetry collector that is asked over HTTP.</summary>
internal sealed class Collector(TelemetryOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan PatienceOfOne = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, string> _trouble = new(StringComparer.Ordinal);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = PatienceOfOne };

    public void Dispose() => _http.Dispose();

    /// <summary>Sends something until it is taken, or refused for good. Whoever is to be told only once in a while gives up after the first try.</summary>
    /// <param name="kind"><c>traces</c>, <c>metrics</c> or <c>logs</c>.</param>
    /// <param name="body">OTLP in JSON.</param>
    /// <param name="again">Whether it is sent again when it was not taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SendAsync(string kind, ReadOnlyMemory<byte> body, bool again, CancellationToken cancellationToken)
    {
        for (var pause = PauseMin; ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            var (isTaken, reason, isFinal) = await TryAsync(kind, body, cancellationToken);
            if (isTaken)
            {
                TellWell(kind);
                return;
            }

            TellTrouble(kind, reason);
            if (isFinal || !again)
            {
                return;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>Once for each time that it goes away: it may be away for long.</summary>
    private void TellTrouble(string kind, string reason)
    {
        if (_trouble.TryAdd(kind, reason))
        {
            HostLog.NotExported(logger, kind, options.Collector, reason);
        }
    }

    private void TellWell(string kind)
    {
        if (_trouble.TryRemove(kind, out _))
        {
            HostLog.ExportedAgain(logger, kind, options.Collector);
        }
    }

    private async Task<(bool IsTaken, string Reason, bool IsFinal)> TryAsync(string kind, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Collector, $"v1/{kind}")) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            await AddHeadersAsync(request, cancellationToken);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)answer.StatusCode;
            return (answer.IsSuccessStatusCode, $"it answered {status}", status is >= 300 and < 500 and not 408 and not 429);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UnauthorizedAccessException or FormatException)
        {
            return (false, error.Message, false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"it did not answer in {PatienceOfOne.TotalSeconds} s", false);
        }
    }

    private async Task AddHeadersAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (options.HeadersFile is not { } file)
        {
            return;
        }

        foreach (var line in await File.ReadAllLinesAsync(file, cancellationToken))
        {
            if (line.Split(':', 2) is [var name, var value])
            {
                request.Headers.TryAddWithoutValidation(name.Trim(), value.Trim());
            }
        }
    }
}
