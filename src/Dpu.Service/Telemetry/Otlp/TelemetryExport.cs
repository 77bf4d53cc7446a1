using Dpu.Journal.EventJournal;
using Dpu.Kernel.Persistence;
using Microsoft.Extensions.Logging;

namespace Dpu.Service.Telemetry.Otlp;

/// <summary>Sends traces, figures and the service's own log to a collector, as far as that is wanted. Made only where there is one.</summary>
internal sealed class TelemetryExport : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Collector _collector;
    private readonly Task _running;

    public TelemetryExport(
        TelemetryOptions options, OtlpJson json, MetricsReader metrics, LogExport logs, IJournalReader reader, IEventJournal journal, string place, DateTimeOffset startedAt, TimeProvider time, ILogger logger)
    {
        _collector = new Collector(options, time, logger);
        _running = Task.WhenAll(
            options.Traces ? new TraceExport(reader, journal, _collector, json, place, time, logger).RunAsync(_stopping.Token) : Task.CompletedTask,
            options.Metrics ? SendMetricsAsync(options, json, metrics, startedAt, time) : Task.CompletedTask,
            options.Logs ? SendLogsAsync(json, logs, options, time) : Task.CompletedTask);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _collector.Dispose();
        _stopping.Dispose();
    }

    private async Task SendMetricsAsync(TelemetryOptions options, OtlpJson json, MetricsReader metrics, DateTimeOffset startedAt, TimeProvider time)
    {
        using var timer = new PeriodicTimer(options.Interval, time);
        do
        {
            await _collector.SendAsync("metrics", json.Metrics(await metrics.ReadAsync(), startedAt, time.GetUtcNow()), again: false, _stopping.Token);
        }
        while (await timer.WaitForNextTickAsync(_stopping.Token));
    }

    private async Task SendLogsAsync(OtlpJson json, LogExport logs, TelemetryOptions options, TimeProvider time)
    {
        while (true)
        {
            var lines = await logs.TakeAsync(_stopping.Token);
            await _collector.SendAsync("logs", json.Logs(lines), again: false, _stopping.Token);
            await Task.Delay(options.Interval < TimeSpan.FromSeconds(5) ? options.Interval : TimeSpan.FromSeconds(5), time, _stopping.Token);
        }
    }
}
