using System.Diagnostics;
using System.Globalization;
using Dpu.Benchmarks.Spawning;
using Dpu.Client;
using Dpu.Client.Contracts;
using Dpu.Keeper;
using Dpu.Service;

namespace Dpu.Benchmarks.EndToEnd;

/// <summary>
/// What the DPU adds to the kernel's price of a process: 10,000 <c>/bin/true</c> by one submission, durable and with captured output, beside the
/// bare spawn loop with pipes in the same run; and, on an idle system, the time from a submission to its process and to its end.
/// </summary>
public static class ExecBenchmark
{
    private const int Tasks = 10_000;
    private const int Rounds = 3;
    private const int Singles = 200;
    private static readonly int Slots = Environment.ProcessorCount;

    public static async Task RunAsync()
    {
        var data = Directory.CreateTempSubdirectory("dpu-benchmark-").FullName;
        try
        {
            await using var host = await DpuHost.StartAsync(
                new ServeRequest(null, [], data, 0),
                HostSeams.Default with { Keeper = new KeeperCommand(Environment.ProcessPath!, ["keeper"]) },
                CancellationToken.None);
            using var client = new DpuHttpClient(new DpuClientOptions { Address = host.Address });
            await RunJobAsync(client, 200);

            for (var round = 1; round <= Rounds; round++)
            {
                var bare = BareSpawn.Run(Tasks / 2, Slots);
                var ours = Tasks / (await RunJobAsync(client, Tasks)).TotalSeconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"exec      {ours,8:0} tasks/s   bare spawn loop {bare,8:0}/s   ratio {ours / bare:0.00}"));
            }

            await LatencyAsync(client);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task LatencyAsync(DpuHttpClient client)
    {
        var (toProcess, toEnd) = (new List<double>(), new List<double>());
        for (var n = 0; n < Singles; n++)
        {
            var submitted = DateTimeOffset.UtcNow;
            var (job, took) = await RunOneAsync(client, 1);
            toEnd.Add(took.TotalMilliseconds);
            var detail = await client.GetJobAsync(job, tasks: true, CancellationToken.None);
            toProcess.Add((detail.Tasks![0].Attempts[0].Started!.Value - submitted).TotalMilliseconds);
        }

        Report("submission to process start", toProcess);
        Report("submission to end as the client sees it", toEnd);
    }

    private static void Report(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"one task, {what}: median {milliseconds[Singles / 2]:0.0} ms, p99 {milliseconds[Singles * 99 / 100]:0.0} ms"));
    }

    private static async Task<TimeSpan> RunJobAsync(DpuHttpClient client, int tasks) => (await RunOneAsync(client, tasks)).Took;

    private static async Task<(int Job, TimeSpan Took)> RunOneAsync(DpuHttpClient client, int tasks)
    {
        var lines = Enumerable.Range(0, tasks).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToList();
        var watch = Stopwatch.StartNew();
        var job = await client.SubmitAsync(new ExecSubmission(["/bin/true"], lines), IdempotencyKey.Create(), CancellationToken.None);
        await foreach (var summary in client.WatchJobAsync(job.JobId, CancellationToken.None))
        {
            if (summary.HasEnded && summary.Counts.N != tasks)
            {
                throw new InvalidOperationException($"The job ended as {summary.Status} {summary.Counts}.");
            }
        }

        return (job.JobId, watch.Elapsed);
    }
}
