using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Demo;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Service;

namespace Dpu.Cli.Commands;

internal sealed class DemoCommand : DpuCommand
{
    // Long enough for recipes to end themselves after SIGTERM, short enough for whoever pressed Ctrl-C.
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(15);

    private readonly HostingOptions _hosting = new();
    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the DPU running until Ctrl-C" };
    private readonly Option<bool> _json = JsonOption("One JSON object {\"jobs\":[…],\"products\":[…]} instead of the report");

    public DemoCommand()
        : base(
            "demo",
            "Calibrates and coadds a night of an 8-CCD camera on a DPU of its own: raw frames, flats, images, source list, and how near they come to the truth",
            "dpu demo",
            "dpu demo --keep              and look around from another terminal",
            "dpu demo --data /tmp/demo --port 0")
    {
        _hosting.AddTo(this, withRole: false);
        Add(_keep);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        using var interrupt = context.CatchInterrupt();
        var request = _hosting.Read(invocation, DefaultDirectory(context));
        await using var host = await Host.StartAsync(request, interrupt.Token);
        context.Say($"A DPU listens at {Host.AddressOf(host)}, its data are in {host.DataDirectory}");
        using var http = new DpuHttpClient(new DpuClientOptions { Address = host.Address });
        var demo = new DemoRun(context, http, host.DataDirectory);
        try
        {
            var exitCode = await RunAsync(invocation, demo, interrupt.Token);
            await EndAsync(invocation, host, demo, interrupt.Token);
            return exitCode;
        }
        catch (Exception e)
        {
            var interrupted = e is OperationCanceledException && interrupt.Token.IsCancellationRequested;
            context.Say(interrupted ? "Interrupted: the DPU cancels its jobs and stops." : "This went wrong: the DPU cancels its jobs and stops.");
            await CancelAsync(context, demo);
            return interrupted ? ExitCodes.Interrupted : Failures.Report(context, e);
        }
    }

    /// <summary>Nothing shall run on behind a demonstration that ended early.</summary>
    private static async Task CancelAsync(CliContext context, DemoRun demo)
    {
        using var bound = new CancellationTokenSource(CancelPatience, context.Time);
        try
        {
            await demo.CancelAsync(bound.Token);
        }
        catch (Exception e) when (e is DpuException or OperationCanceledException)
        {
            context.Say($"Not all jobs could be cancelled: {e.Message}");
        }
    }

    private async Task<int> RunAsync(Invocation invocation, DemoRun demo, CancellationToken ct)
    {
        var context = invocation.Context;
        await demo.MakeFramesAsync(ct);
        await demo.IngestAsync(ct);
        await demo.RunJobsAsync(ct);
        await demo.FindProductsAsync(ct);
        var allNormal = DemoJob.All.All(job => demo.Jobs.TryGetValue(job.Sequence, out var end) && end.Status == "FINISHED" && end.Counts.N == end.Counts.Total);
        var comparison = allNormal ? await demo.CompareWithTruthAsync(ct) : null;
        if (invocation.Get(_json))
        {
            context.WriteJson(new DemoOutcome([.. demo.Jobs.Values.OrderBy(job => job.JobId)], demo.Products), CliJson.Readable.DemoOutcome);
        }
        else
        {
            Report(new DemoReport(context.Out), demo, comparison);
        }

        foreach (var failure in allNormal ? [] : await demo.FailuresAsync(ct))
        {
            new JobText(context, context.Error).Write(failure, everyTask: false);
        }

        await context.Out.FlushAsync(ct);
        return allNormal ? ExitCodes.Done : ExitCodes.WorkFailed;
    }

    private static void Report(DemoReport report, DemoRun demo, string? comparison)
    {
        report.WriteJobs(demo.Jobs);
        report.WriteProducts(demo.Products);
        if (comparison is not null)
        {
            report.WriteComparison(comparison);
        }
    }

    /// <summary>Stops the DPU or leaves it on, and says how to look around.</summary>
    private async Task EndAsync(Invocation invocation, DpuHost host, DemoRun demo, CancellationToken ct)
    {
        var keeps = invocation.Get(_keep);
        if (!keeps)
        {
            await host.StopAsync();
        }

        if (!invocation.Get(_json))
        {
            var writer = invocation.Context.Out;
            var (chain, coadd) = (demo.Jobs.GetValueOrDefault("Reduce>Regrid>Coadd"), demo.Products.LastOrDefault(file => file.Type == "coadd"));
            new DemoReport(writer).WriteHowToLookAround(Host.AddressOf(host), host.DataDirectory, chain, coadd, keeps);
            await writer.FlushAsync(ct);
        }

        if (keeps)
        {
            await Host.WaitAsync(host, ct);
        }
    }

    private static string DefaultDirectory(CliContext context)
    {
        var data = context.Variable("XDG_DATA_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(context.Variable("HOME") ?? throw new UsageException("HOME is not set: say with --data where to keep the data."), ".local", "share");
        return Path.Combine(data, "dpu", "demo");
    }
}
