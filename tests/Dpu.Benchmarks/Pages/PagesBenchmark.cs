using System.Diagnostics;
using System.Globalization;
using System.Net;
using Dpu.Benchmarks.EndToEnd;
using Dpu.Client;
using Dpu.Client.Contracts;
using Microsoft.Playwright;

namespace Dpu.Benchmarks.Pages;

/// <summary>
/// Every page of a DPU that has been used: 10,000 jobs, and one job of 100,000 tasks. First byte and whole answer beside the API's shortest one over the same connection, the time until a browser has drawn it, and what
/// viewers cost who leave the queue open.
/// </summary>
public static class PagesBenchmark
{
    private const int Jobs = 10_000;
    private const int Tasks = 100_000;
    private const int Viewers = 50;
    private const int Rounds = 9;
    private const string Browser = "/usr/bin/chromium";
    private static readonly TimeSpan SampleTime = TimeSpan.FromSeconds(20);

    public static async Task RunAsync()
    {
        using var dpu = new DpuProgram();
        dpu.Start();
        using var client = dpu.Client();
        var watch = Stopwatch.StartNew();
        var big = await FillAsync(client);
        Tell($"filled with {Jobs:N0} jobs and one of {Tasks:N0} tasks (job {big}) in {watch.Elapsed.TotalSeconds:0} s");

        using var session = await LogInAsync(dpu, client);
        var peer = await MedianAsync(session, "/api/v1/health");
        Tell($"{"/api/v1/health",-34} first byte {peer.FirstByte,7:0.0} ms");
        var addresses = AddressesOf(big, DateTimeOffset.UtcNow);
        foreach (var address in addresses)
        {
            var page = await MedianAsync(session, address);
            Tell($"{address,-34} first byte {page.FirstByte,7:0.0} ms   whole {page.Whole,7:0.0} ms   {page.Bytes / 1024.0,7:0.0} KiB   ratio {page.FirstByte / peer.FirstByte,6:0.0}   {(page.Status == 200 ? "" : $"status {page.Status}")}");
        }

        await DrawAsync(dpu, client, addresses);
        await WatchAsync(dpu, client);
    }

    private static string[] AddressesOf(int big, DateTimeOffset now)
    {
        var job = string.Create(CultureInfo.InvariantCulture, $"/jobs/{big}");
        return
        [
            "/", "/?status=FAILED", "/?before=5000", "/?user=nobody",
            job, $"{job}/tasks", $"{job}/tasks?state=Error", $"{job}/tasks?after=90000", $"{job}/tasks/50000", $"{job}/logs", $"{job}/logs?q=nothing", $"{job}/results", $"{job}/provenance",
            "/recipes", "/recipes/Reduce", "/files", "/nodes", "/statistics", string.Create(CultureInfo.InvariantCulture, $"/history?at={now.AddSeconds(-30):yyyy-MM-dd'T'HH:mm:ss}Z"),
        ];
    }

    /// <summary>Returns the number of the large job, some of whose tasks failed.</summary>
    private static async Task<int> FillAsync(DpuHttpClient client)
    {
        // Jobs of all outcomes.
        await Parallel.ForEachAsync(Enumerable.Range(0, Jobs), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, ct) =>
            await client.SubmitAsync(new ExecSubmission([number % 10 == 0 ? "/bin/false" : "/bin/true"]), IdempotencyKey.Create(), ct));
        var lines = Enumerable.Range(0, Tasks).Select(n => n % 100 == 0 ? "exit 3" : "echo one line").ToList();
        var big = (await client.SubmitAsync(new ExecSubmission(["/bin/sh", "-c", "{}"], lines), IdempotencyKey.Create(), CancellationToken.None)).JobId;
        await foreach (var _ in client.WatchJobAsync(big, CancellationToken.None))
        {
        }

        return big;
    }

    private static async Task<HttpClient> LogInAsync(DpuProgram dpu, DpuHttpClient client)
    {
        var handler = new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false };
        var session = new HttpClient(handler) { BaseAddress = dpu.Address };
        using var answer = await session.GetAsync(new Uri((await client.OpenPageAsync(CancellationToken.None)).Path, UriKind.Relative));
        return session;
    }

    private static async Task<Sent> MedianAsync(HttpClient session, string address)
    {
        var all = new List<Sent>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            using var answer = await session.GetAsync(new Uri(address, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            var first = watch.Elapsed.TotalMilliseconds;
            var bytes = (await answer.Content.ReadAsByteArrayAsync()).Length;
            all.Add(new Sent(first, watch.Elapsed.TotalMilliseconds, bytes, (int)answer.StatusCode));
        }

        return all.OrderBy(sent => sent.FirstByte).ElementAt(Rounds / 2);
    }

    /// <summary>Until everything is there and laid out, in a real browser.</summary>
    private static async Task DrawAsync(DpuProgram dpu, DpuHttpClient client, IEnumerable<string> addresses)
    {
        if (!File.Exists(Browser))
        {
            Tell($"{Browser} is not there: nothing was drawn.");
            return;
        }

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Browser, Args = Environment.UserName == "root" ? ["--no-sandbox"] : [] });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(dpu.Address, (await client.OpenPageAsync(CancellationToken.None)).Path).AbsoluteUri);
        foreach (var address in addresses)
        {
            await page.GotoAsync(new Uri(dpu.Address, address).AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
            var drawn = await page.EvaluateAsync<double>("performance.getEntriesByType('navigation')[0].loadEventEnd || performance.now()");
            var elements = await page.EvaluateAsync<int>("document.querySelectorAll('*').length");
            Tell($"{address,-34} drawn after {drawn,7:0} ms   {elements,6} elements");
        }
    }

    /// <summary>What the service spends on people who leave the queue open while it works: they are told by the stream, and fetch the page again at most every three seconds, as the script does.</summary>
    private static async Task WatchAsync(DpuProgram dpu, DpuHttpClient client)
    {
        var lines = Enumerable.Range(0, 10_000).Select(n => n.ToString(CultureInfo.InvariantCulture)).ToList();
        var job = (await client.SubmitAsync(new ExecSubmission(["/bin/sleep", "0.2"], lines), IdempotencyKey.Create(), CancellationToken.None)).JobId;
        var alone = await SpentAsync(dpu);
        using var end = new CancellationTokenSource();
        var viewers = new List<Viewer>();
        for (var number = 0; number < Viewers; number++)
        {
            viewers.Add(new Viewer(await LogInAsync(dpu, client), end.Token));
        }

        await SpentAsync(dpu);
        var (looksBefore, watched) = (viewers.Sum(viewer => viewer.Looks), await SpentAsync(dpu));
        var looks = viewers.Sum(viewer => viewer.Looks) - looksBefore;
        await end.CancelAsync();
        await Task.WhenAll(viewers.Select(viewer => viewer.Ended));
        viewers.ForEach(viewer => viewer.Dispose());
        await client.CancelAsync(job, force: true, CancellationToken.None);
        Tell($"the service, of one core: alone {alone:0.0} %   with {Viewers} viewers {watched:0.0} %   they cost {watched - alone:0.0} %   ({looks / SampleTime.TotalSeconds:0.0} looks a second)");
    }

    /// <summary>Percent of one core, over a while.</summary>
    private static async Task<double> SpentAsync(DpuProgram dpu)
    {
        var (cpu, watch) = (dpu.Use.CpuSeconds, Stopwatch.StartNew());
        await Task.Delay(SampleTime);
        return 100 * (dpu.Use.CpuSeconds - cpu) / watch.Elapsed.TotalSeconds;
    }

    private static void Tell(string line) => Console.WriteLine($"pages     {line}");

    private sealed record Sent(double FirstByte, double Whole, int Bytes, int Status);
}
