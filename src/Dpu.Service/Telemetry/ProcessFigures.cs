using System.Diagnostics;

namespace Dpu.Service.Telemetry;

/// <summary>What the service itself takes.</summary>
internal static class ProcessFigures
{
    private static readonly DateTimeOffset Started = StartOfThis();

    public static IEnumerable<MetricFamily> Read() =>
    [
        new(Metrics.ProcessCpu, [Sample.Of(Environment.CpuUsage.TotalTime.TotalSeconds)]),
        new(Metrics.ProcessMemory, [Sample.Of(Environment.WorkingSet)]),
        new(Metrics.ProcessFiles, [Sample.Of(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count())]),
        new(Metrics.ProcessStarted, [Sample.Of(Started.ToUnixTimeMilliseconds() / 1000.0)]),
        new(Metrics.HeapBytes, [Sample.Of(GC.GetGCMemoryInfo().HeapSizeBytes)]),
        new(Metrics.Collections, [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(static generation => Sample.Of(GC.CollectionCount(generation), ("generation", $"{generation}")))]),
        new(Metrics.PoolThreads, [Sample.Of(ThreadPool.ThreadCount)]),
        new(Metrics.PoolQueue, [Sample.Of(ThreadPool.PendingWorkItemCount)]),
    ];

    private static DateTimeOffset StartOfThis()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime;
    }
}
