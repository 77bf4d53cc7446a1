using System.Diagnostics;
using System.Globalization;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.EventJournal;
using Dpu.Journal.Logs;
using Dpu.Journal.Store;
using Dpu.Journal.Views;

namespace Dpu.Benchmarks.Journal;

/// <summary>
/// What durable events cost beside SQLite alone on the same disk in the same run, what the views and the logs of a task cost on top. Figures to compare
/// as ratios.
/// </summary>
public static class JournalBenchmark
{
    private const int Writers = 64;
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(1.5);
    private static readonly int[] PerTransaction = [1, 10, 100, 1000];

    /// <summary>Runs all measurements and prints a line for each.</summary>
    public static void Run()
    {
        var folder = Directory.CreateTempSubdirectory("dpu-benchmark-").FullName;
        try
        {
            RunAsync(folder).GetAwaiter().GetResult();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(string folder)
    {
        foreach (var count in PerTransaction)
        {
            var raw = RawSqlite.EventsPerSecond(Path.Combine(folder, $"raw-{count}.db"), count, Each);
            var ours = await SequentialAsync(Path.Combine(folder, $"one-{count}"), count);
            Print($"events/s, one writer, {count} an append (SQLite alone: {raw:N0}; ratio {ours / raw:F2})", ours);
        }

        var single = RawSqlite.EventsPerSecond(Path.Combine(folder, "raw-64.db"), 1, Each);
        var grouped = await ConcurrentAsync(Path.Combine(folder, "many"));
        Print($"events/s, {Writers} writers, 1 an append (SQLite alone, one by one: {single:N0}; ratio {grouped / single:F2})", grouped);
        foreach (var batch in new[] { 1, 10, 100 })
        {
            var (wall, cpu) = await TasksAsync(Path.Combine(folder, $"tasks-{batch}"), batch);
            Print($"µs a task: start and end of an exec task, journal and views, {batch} an append (of the processor: {cpu:N1})", wall);
        }

        Print("chunks/s of 100 bytes into the logs, durable", await LogsAsync(Path.Combine(folder, "logs")));
    }

    private static async Task<double> SequentialAsync(string folder, int count)
    {
        using var directory = DataDirectory.Take(folder);
        await using var store = SqliteStore.Open(directory, DpuEvents.Codec, TimeProvider.System);
        var events = Enumerable.Range(0, count).Select(_ => RawSqlite.Event).ToArray();
        return await PerSecondAsync(async until =>
        {
            var number = 0L;
            for (; Stopwatch.GetTimestamp() < until; number += count)
            {
                await store.Journal.AppendAsync("catalog", number, events, CancellationToken.None);
            }

            return number;
        });
    }

    private static async Task<double> ConcurrentAsync(string folder)
    {
        using var directory = DataDirectory.Take(folder);
        await using var store = SqliteStore.Open(directory, DpuEvents.Codec, TimeProvider.System);
        object[] one = [RawSqlite.Event];
        return await PerSecondAsync(async until =>
        {
            var counts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
            {
                var number = 0L;
                for (; Stopwatch.GetTimestamp() < until; number++)
                {
                    await store.Journal.AppendAsync($"w{writer}", number, one, CancellationToken.None);
                }

                return number;
            })));
            return counts.Sum();
        });
    }

    private static async Task<(double Wall, double Cpu)> TasksAsync(string folder, int batch)
    {
        const int Tasks = 20_000;
        using var directory = DataDirectory.Take(folder);
        await using var store = SqliteStore.Open(directory, DpuEvents.Codec, TimeProvider.System);
        var job = new JobId(1);
        var now = DateTimeOffset.UnixEpoch;
        var plan = new JobPlan([], [new StepPlan("true", null, 0, Tasks, new Resources(1, 0), null, new StepWork.Exec(["true"], null))]);
        await store.Journal.AppendAsync(
            JobPersistenceId.Of(job), 0, [new JobEvent.Submitted(job, new JobSpec("exec", "ann", 0, [], false, 1, "key", ""), plan, now)], CancellationToken.None);
        var watch = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var number = 1L;
        for (var first = 0; first < Tasks; first += batch)
        {
            var tasks = Enumerable.Range(first, batch).ToArray();
            var exit = new AttemptExit(EndReason.Exited, 0, null, now, now, 0.001, 1 << 20, MemorySource.ResourceUsage, 0);
            await store.Journal.AppendAsync(
                JobPersistenceId.Of(job), number++, [new JobEvent.TasksStarted("n", Guid.Empty, [.. tasks.Select(task => new TaskAttempt(task, 1))], now)], CancellationToken.None);
            await store.Journal.AppendAsync(
                JobPersistenceId.Of(job),
                number++,
                [new JobEvent.TasksEnded("n", [.. tasks.Select(task => new AttemptEnd(task, 1, null, false, "", exit, [], []))], now)],
                CancellationToken.None);
        }

        await store.Views.CaughtUpAsync(CancellationToken.None);
        return (watch.Elapsed.TotalMicroseconds / Tasks, (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / Tasks);
    }

    private static async Task<double> LogsAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using var store = FileLogStore.Open(FileLogStoreOptions.In(folder), TimeProvider.System);
        var line = new byte[100];
        line.AsSpan().Fill((byte)'x');
        return await PerSecondAsync(async until =>
        {
            var number = 0L;
            var pending = new Queue<Task>();
            for (; Stopwatch.GetTimestamp() < until; number += 100)
            {
                var first = number;
                var chunks = Enumerable.Range(0, 100).Select(offset => new LogChunk(
                    new AttemptId(new JobId(1), (int)first + offset, 1), OutputStream.Out, DateTimeOffset.UnixEpoch.AddTicks(first), "node.n.true", Guid.Empty, first + offset, line));
                pending.Enqueue(store.AppendAsync([.. chunks], CancellationToken.None));
                if (pending.Count > 100)
                {
                    await pending.Dequeue();
                }
            }

            await store.FlushAsync(CancellationToken.None);
            await Task.WhenAll(pending);
            return number;
        });
    }

    private static async Task<double> PerSecondAsync(Func<long, Task<long>> work)
    {
        var began = Stopwatch.GetTimestamp();
        var count = await work(began + (long)(Each.TotalSeconds * Stopwatch.Frequency));
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Print(string what, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value,14:N1}  {what}"));
}
