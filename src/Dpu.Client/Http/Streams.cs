using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;

namespace Dpu.Client.Http;

/// <summary>What the DPU sends for as long as there is something: server-sent events and JSON lines.</summary>
internal sealed class Streams(Requests requests, DpuClientOptions options)
{
    private const string EndEvent = "end";
    private const string JobEvent = "job";

    public async IAsyncEnumerable<JobSummary> WatchJobAsync(int jobId, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/jobs/{jobId}/events");
        static bool IsLast(Event<JobSummary> job) => job.Item is { HasEnded: true };
        JobSummary? last = null;
        await foreach (var job in ResumeAsync(() => ReadEventsAsync(path, ApiJson.Default.JobSummary, ct), IsLast, patient: true, ct))
        {
            // Each connection begins with the status of the moment, which may be known already.
            if (job.Item is { } changed && changed != last)
            {
                last = changed;
                yield return changed;
            }
        }
    }

    public async IAsyncEnumerable<QueueChange> WatchQueueAsync(bool all, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = all ? "/jobs/events?all=true" : "/jobs/events";
        await foreach (var (change, _) in ResumeAsync(() => ReadEventsAsync(path, Change, ct), static _ => false, patient: true, ct))
        {
            yield return change!;
        }
    }

    private Event<QueueChange> Change(string kind, string data) =>
        new(kind == JobEvent ? new QueueChange(Parse(data, ApiJson.Default.JobSummary)) : QueueChange.Outdated, IsEnd: false);

    public async IAsyncEnumerable<LogLine> FollowLogsAsync(int jobId, int? task, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = LogPath(jobId, task) + (task is null ? "?follow=true" : "&follow=true");
        var position = new LogPosition();
        await foreach (var (line, _) in ResumeAsync(
            () =>
            {
                position.Rewind();
                return ReadEventsAsync(path, ApiJson.Default.LogLine, ct);
            },
            line => line.IsEnd,
            patient: false,
            ct))
        {
            if (line is not null && position.IsNew(line))
            {
                yield return line;
            }
        }
    }

    public async IAsyncEnumerable<LogLine> GetLogsAsync(int jobId, int? task, [EnumeratorCancellation] CancellationToken ct)
    {
        using var answer = await requests.SendAsync(HttpMethod.Get, LogPath(jobId, task), null, null, ct);
        using var reader = new StreamReader(Limited(await answer.Content.ReadAsStreamAsync(ct)));
        while (await requests.GuardAsync(() => reader.ReadLineAsync(ct).AsTask(), ct) is { } json)
        {
            if (json.Length > 0)
            {
                yield return Parse(json, ApiJson.Default.LogLine);
            }
        }
    }

    /// <summary>
    /// Reads one stream after the other until an item says that it was the last. A stream that breaks, or that ends
    /// without its last item, is opened again; the patience counts from the last sign of life. Unless <paramref name="patient"/>,
    /// a DPU that cannot be reached at all is reported at once.
    /// </summary>
    private async IAsyncEnumerable<Event<T>> ResumeAsync<T>(
        Func<IAsyncEnumerable<Event<T>>> open, Func<Event<T>, bool> isLast, bool patient, [EnumeratorCancellation] CancellationToken ct)
        where T : class
    {
        var random = new Random(options.Seed);
        Backoff? backoff = null;
        while (true)
        {
            DpuException? lost = null;
            var items = open().GetAsyncEnumerator(ct);
            await using (items)
            {
                while (true)
                {
                    try
                    {
                        if (!await items.MoveNextAsync())
                        {
                            break;
                        }
                    }
                    catch (DpuException e) when (patient && e is not DpuRefusedException { IsTemporary: false })
                    {
                        lost = e;
                        break;
                    }

                    (patient, backoff) = (true, null);
                    yield return items.Current;
                    if (isLast(items.Current))
                    {
                        yield break;
                    }
                }
            }

            lost ??= new DpuUnreachableException(options.Address, $"The DPU at {options.Address.GetLeftPart(UriPartial.Authority)} ended the stream too early.");
            if (backoff is null)
            {
                options.ConnectionLost?.Invoke(lost);
                backoff = new Backoff(options.Time, random, options.WatchPatience);
            }

            if (!await backoff.WaitAsync(ct))
            {
                throw lost;
            }
        }
    }

    private IAsyncEnumerable<Event<T>> ReadEventsAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class =>
        ReadEventsAsync(path, (kind, data) => kind == EndEvent ? new Event<T>(null, IsEnd: true) : new Event<T>(Parse(data, type), IsEnd: false), ct);

    private async IAsyncEnumerable<Event<T>> ReadEventsAsync<T>(string path, Func<string, string, Event<T>> read, [EnumeratorCancellation] CancellationToken ct)
        where T : class
    {
        using var answer = await requests.SendAsync(HttpMethod.Get, path, null, null, ct);
        if (answer.Content.Headers.ContentType?.MediaType is not "text/event-stream")
        {
            throw Answer.NotADpu(options.Address, null);
        }

        await using var body = Limited(await answer.Content.ReadAsStreamAsync(ct));
        var events = SseParser.Create(body).EnumerateAsync(ct).GetAsyncEnumerator(ct);
        await using (events)
        {
            while (await requests.GuardAsync(() => events.MoveNextAsync().AsTask(), ct))
            {
                yield return read(events.Current.EventType, events.Current.Data);
            }
        }
    }

    private T Parse<T>(string json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw Answer.NotADpu(options.Address, e);
        }
    }

    private SilenceLimitStream Limited(Stream body) => new(body, options.SilenceLimit, options.Time);

    private static string LogPath(int jobId, int? task) =>
        string.Create(CultureInfo.InvariantCulture, $"/jobs/{jobId}/logs") + (task is { } t ? string.Create(CultureInfo.InvariantCulture, $"?task={t}") : "");

    private readonly record struct Event<T>(T? Item, bool IsEnd)
        where T : class;
}
