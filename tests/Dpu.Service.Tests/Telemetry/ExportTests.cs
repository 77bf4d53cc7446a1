using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dpu.Client;
using Dpu.Service.Tests.Configuration;
using Dpu.Service.Tests.Notifications;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Telemetry;

/// <summary>What a collector is sent by a whole service.</summary>
public sealed class ExportTests : IDisposable
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = "00f067aa0ba902b7";

    private readonly TemporaryFolder _folder = new();
    private readonly HookListener _collector = new() { Answer = "200 OK" };

    public void Dispose()
    {
        _collector.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_submitters_trace_goes_on_through_the_job_and_the_attempt_into_the_recipe()
    {
        await using var host = await StartAsync("traces = true, metrics = false, logs = false");
        var job = await SubmitAsync(host, $"00-{Trace}-{Parent}-01");
        var spans = await SpansAsync(found => found.Exists(span => span.Name == "job exec"));

        spans.ShouldAllBe(span => span.TraceId == Trace);
        var root = spans.Single(span => span.Name == "job exec");
        root.ParentSpanId.ShouldBe(Parent);
        var attempt = spans.Single(span => span.Name == "sh");
        attempt.ParentSpanId.ShouldBe(root.SpanId);
        spans.Single(span => span.Name == "queued").ParentSpanId.ShouldBe(root.SpanId);
        var process = spans.Single(span => span.Name == "process");
        process.ParentSpanId.ShouldBe(attempt.SpanId);
        process.Failed.ShouldBeTrue();

        using var client = new DpuHttpClient(new DpuClientOptions { Address = host.Address });
        var lines = new List<string>();
        await foreach (var line in client.GetLogsAsync(job, null, CancellationToken.None))
        {
            lines.Add(line.Text);
        }

        lines.ShouldContain($"00-{Trace}-{attempt.SpanId}-01");
    }

    [Fact]
    public async Task What_a_collector_did_not_take_before_a_restart_it_is_sent_after_it()
    {
        _collector.Answer = "503 Busy";
        await using (var host = await StartAsync("traces = true, metrics = false, logs = false"))
        {
            await SubmitAsync(host, $"00-{Trace}-{Parent}-01");
            await _collector.NextAsync();
        }

        var before = _collector.Requests.Count;
        _collector.Answer = "200 OK";
        await using var again = await StartAsync("traces = true, metrics = false, logs = false");
        var spans = await SpansAsync(found => found.Exists(span => span.Name == "job exec"), before);
        spans.Select(span => span.Name).ShouldContain("process");
    }

    [Fact]
    public async Task Figures_and_the_service_s_log_are_sent_when_that_is_wanted()
    {
        await using var host = await StartAsync("traces = false, metrics = true, logs = true");
        var paths = new HashSet<string>(StringComparer.Ordinal);
        while (paths.Count < 2)
        {
            var request = await _collector.NextAsync();
            paths.UnionWith(_collector.Requests.Select(one => one.Line.Split(' ')[1]));
            request.Headers["Content-Type"].ShouldBe("application/json");
        }

        paths.ShouldBe(["/v1/metrics", "/v1/logs"], ignoreOrder: true);
        using var figures = JsonDocument.Parse(_collector.Requests.First(request => request.Line.Contains("/v1/metrics", StringComparison.Ordinal)).Body);
        var metrics = figures.RootElement.GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics").EnumerateArray().ToDictionary(metric => metric.GetProperty("name").GetString()!);
        metrics["dpu_ready"].GetProperty("gauge").GetProperty("dataPoints")[0].GetProperty("asDouble").GetDouble().ShouldBe(1);
        metrics["dpu_journal_events_total"].GetProperty("sum").GetProperty("isMonotonic").GetBoolean().ShouldBeTrue();
        var appends = metrics["dpu_journal_append_seconds"].GetProperty("histogram").GetProperty("dataPoints")[0];
        appends.GetProperty("bucketCounts").GetArrayLength().ShouldBe(appends.GetProperty("explicitBounds").GetArrayLength() + 1);
    }

    [Fact]
    public async Task Without_a_collector_a_recipe_finds_no_trace_and_nobody_is_asked()
    {
        await using var host = await TestHost.StartAsync(_folder.At("data"), _folder.File("test.conf", "dpu.service { stop-grace = 0 s, log-level = Error }"));
        var job = await SubmitAsync(host, $"00-{Trace}-{Parent}-01");
        using var client = new DpuHttpClient(new DpuClientOptions { Address = host.Address });
        await foreach (var line in client.GetLogsAsync(job, null, CancellationToken.None))
        {
            line.Text.ShouldBe("no trace");
        }

        _collector.Requests.ShouldBeEmpty();
    }

    private Task<DpuHost> StartAsync(string what) => TestHost.StartAsync(_folder.At("data"), _folder.File("test.conf", $$"""
        dpu {
          service { stop-grace = 0 s, log-level = Information }
          telemetry { otlp = "{{_collector.Origin}}", interval = 1 s, {{what}} }
        }
        """));

    /// <summary>A command that prints its trace and fails; when it has ended.</summary>
    private static async Task<int> SubmitAsync(DpuHost host, string traceparent)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(host.TokenPath)).Trim());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/api/v1/exec"))
        {
            Content = new StringContent("""{"command":["sh","-c","echo ${TRACEPARENT:-no trace}; exit 3"]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("traceparent", traceparent);
        using var answer = await http.SendAsync(request);
        var job = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("jobId").GetInt32();
        using var client = new DpuHttpClient(new DpuClientOptions { Address = host.Address });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var _ in client.WatchJobAsync(job, limit.Token))
        {
            // Until it has ended.
        }

        return job;
    }

    private async Task<List<ToldSpan>> SpansAsync(Predicate<List<ToldSpan>> isEnough, int after = 0)
    {
        var found = new List<ToldSpan>();
        while (!isEnough(found))
        {
            await _collector.NextAsync();
            found = [.. _collector.Requests.Skip(after).SelectMany(Of)];
        }

        return found;
    }

    private static IEnumerable<ToldSpan> Of(HookRequest request) => JsonDocument.Parse(request.Body).RootElement
        .GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0].GetProperty("spans").EnumerateArray()
        .Select(span => new ToldSpan(
            span.GetProperty("traceId").GetString()!, span.GetProperty("spanId").GetString()!, span.GetProperty("parentSpanId").GetString()!, span.GetProperty("name").GetString()!, span.TryGetProperty("status", out _)));

    private sealed record ToldSpan(string TraceId, string SpanId, string ParentSpanId, string Name, bool Failed);
}
