using System.Diagnostics;
using System.Globalization;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Benchmarks.EndToEnd;

/// <summary>
/// One job of a million lines, with the real program: how soon it is acknowledged and begun, what it holds while it waits, what it costs to look at,
/// to bring back after a kill and to cancel, and what one of its tasks costs beside one of a small job.
/// </summary>
public static class MillionBenchmark
{
    private const int Tasks = 1_000_000;
    private const int FewTasks = 20_000;
    private static readonly TimeSpan SampleTime = TimeSpan.FromSeconds(10);

    // Says when it began, and then keeps its slot: the rest of the million waits.
    private static readonly string[] Sleeper = ["/bin/sh", "-c", "date +%s.%N; exec sleep 1000"];

    public static async Task RunAsync()
    {
        using var dpu = new DpuProgram();
        dpu.Start();
        var lines = dpu.NewFile("lines", Enumerable.Range(1, Tasks).Select(n => n.ToString(CultureInfo.InvariantCulture)));
        dpu.Command("exec", "--wait", "--", "/bin/true");
        dpu.Command("jobs");
        var idle = await IdleAsync(dpu, 0, "idle");

        var submitted = dpu.Command(["exec", "--each", lines, "--", .. Sleeper]);
        var acknowledged = DateTimeOffset.UtcNow;
        var job = int.Parse(submitted.Output, CultureInfo.InvariantCulture);
        Tell($"dpu exec --each   acknowledged after {submitted.Took.TotalSeconds:0.00} s   the command's peak {Mebibytes(submitted.PeakBytes)} MiB");
        using (var client = dpu.Client())
        {
            Tell($"first process     {(await FirstStartAsync(client, job) - acknowledged).TotalMilliseconds:0} ms after that");
        }

        await IdleAsync(dpu, idle, "a million wait");
        Tell($"dpu status {dpu.Command("status", Text(job)).Took.TotalSeconds:0.00} s   dpu show {dpu.Command("show", Text(job)).Took.TotalSeconds:0.00} s");
        var shown = dpu.Command("show", Text(job), "--tasks");
        Tell($"dpu show --tasks  {shown.Took.TotalSeconds:0.0} s   the command's peak {Mebibytes(shown.PeakBytes)} MiB");
        await IdleAsync(dpu, idle, "all tasks shown");

        dpu.Kill();
        Tell($"kill -9           listens again after {dpu.Start().TotalSeconds:0.00} s");
        dpu.Command("jobs");
        await IdleAsync(dpu, idle, "a million recovered");

        Tell($"dpu cancel        {dpu.Command("cancel", "--force", Text(job)).Took.TotalSeconds:0.00} s");
        await EndAsync(dpu, job);
        await IdleAsync(dpu, idle, "cancelled");
        await ByHttpAsync(dpu);
    }

    private static async Task ByHttpAsync(DpuProgram dpu)
    {
        using var client = dpu.Client();
        var fewCost = await CostAsync(dpu, client, await SubmitAsync(client, FewTasks), Timeout.InfiniteTimeSpan);
        var watch = Stopwatch.StartNew();
        var million = await SubmitAsync(client, Tasks);
        Tell($"POST              acknowledged after {watch.Elapsed.TotalSeconds:0.00} s");
        var millionCost = await CostAsync(dpu, client, million, SampleTime);
        Tell($"cpu of the service a task: {fewCost:0.000} ms of {FewTasks:N0} waiting   {millionCost:0.000} ms of a million waiting   ratio {millionCost / fewCost:0.00}");
        await client.CancelAsync(million, force: true, CancellationToken.None);
        await EndAsync(dpu, million);
        Tell($"the service's peak {Mebibytes(dpu.Use.PeakBytes)} MiB");
    }

    private static async Task<int> SubmitAsync(DpuHttpClient client, int tasks)
    {
        var lines = Enumerable.Range(1, tasks).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToList();
        return (await client.SubmitAsync(new ExecSubmission(["/bin/true"], lines), IdempotencyKey.Create(), CancellationToken.None)).JobId;
    }

    /// <summary>Milliseconds of the service's processor time for each task of a job, until it ends or for a while.</summary>
    private static async Task<double> CostAsync(DpuProgram dpu, DpuHttpClient client, int job, TimeSpan atMost)
    {
        var (began, cpu, first) = (Stopwatch.StartNew(), dpu.Use.CpuSeconds, (await client.GetJobAsync(job, tasks: false, CancellationToken.None)).Counts.N);
        JobDetail now;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            now = await client.GetJobAsync(job, tasks: false, CancellationToken.None);
        }
        while (now.Ended is null && (atMost == Timeout.InfiniteTimeSpan || began.Elapsed < atMost));
        return (dpu.Use.CpuSeconds - cpu) * 1000 / (now.Counts.N - first);
    }

    private static async Task<DateTimeOffset> FirstStartAsync(DpuHttpClient client, int job)
    {
        await foreach (var line in client.FollowLogsAsync(job, 0, CancellationToken.None))
        {
            return DateTimeOffset.UnixEpoch.AddSeconds(double.Parse(line.Text, CultureInfo.InvariantCulture));
        }

        throw new InvalidOperationException("The first task said nothing.");
    }

    private static async Task EndAsync(DpuProgram dpu, int job)
    {
        using var client = dpu.Client();
        var watch = Stopwatch.StartNew();
        await foreach (var summary in client.WatchJobAsync(job, CancellationToken.None))
        {
            if (summary.HasEnded && summary.Counts.Total != Tasks)
            {
                throw new InvalidOperationException($"The job ended as {summary.Status} {summary.Counts}.");
            }
        }

        Tell($"ended             {watch.Elapsed.TotalSeconds:0.00} s later");
    }

    /// <summary>What the service holds when it has had a moment to let go of what it needed on the way.</summary>
    private static async Task<long> IdleAsync(DpuProgram dpu, long idle, string when)
    {
        var atOnce = dpu.Use.PssBytes;
        await Task.Delay(TimeSpan.FromSeconds(3));
        var (later, cpu) = (dpu.Use.PssBytes, dpu.Use.CpuSeconds);
        Tell($"memory, {when,-20} {Mebibytes(atOnce)} MiB at once, {Mebibytes(later)} MiB 3 s later ({Mebibytes(later - idle)} above idle)   cpu so far {cpu:0.0} s");
        return later;
    }

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("0", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Tell(FormattableString line) => Console.WriteLine("million   " + FormattableString.Invariant(line));
}
