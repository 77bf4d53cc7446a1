using Dpu.Cli.Commands;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Waiting;

/// <summary>Submits, prints the job id, and follows the job to its end if that was asked for: the common way of <c>run</c> and <c>exec</c>.</summary>
internal sealed class SubmitAndWait(Invocation invocation, bool json, bool wait)
{
    private readonly CliContext _context = invocation.Context;
    private IJobProgress? _progress;

    /// <param name="submit">Sends the submission under the key.</param>
    public async Task<int> RunAsync(Func<DpuClient, string, CancellationToken, Task<JobAccepted>> submit)
    {
        using var http = _context.OpenClient(invocation.Dpu, Note);
        await using var client = new DpuClient(http);
        var accepted = await submit(client, IdempotencyKey.Create(), CancellationToken.None);
        foreach (var warning in accepted.Warnings ?? [])
        {
            _context.Say($"dpu: warning: {warning}");
        }

        if (!wait)
        {
            Print(RunReport.Of(accepted));
            return ExitCodes.Done;
        }

        using var interrupt = _context.CatchInterrupt();
        if (!json)
        {
            Print(RunReport.Of(accepted));
        }

        using var waited = CancellationTokenSource.CreateLinkedTokenSource(interrupt.Token);
        var troubles = new TroubleWatch(http, _context.Time, TroubleWatch.Interval, Note).RunAsync(waited.Token);
        try
        {
            return await WaitAsync(client, accepted, interrupt.Token);
        }
        finally
        {
            await waited.CancelAsync();
            await troubles;
        }
    }

    private async Task<int> WaitAsync(DpuClient client, JobAccepted accepted, CancellationToken ct)
    {
        JobSummary? last = null;
        try
        {
            await ProgressBars.RunAsync(_context, async progress =>
            {
                _progress = progress;
                await foreach (var job in client.WatchAsync(accepted.JobId, ct))
                {
                    if (job.Status == "HELD" && last?.Status != "HELD")
                    {
                        Note($"Job {job.JobId} is held: 'dpu explain {job.JobId}' tells why, 'dpu release {job.JobId}' lets it go on.");
                    }

                    last = job;
                    progress.Show(job);
                }

                return last;
            });
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Finish(accepted, last);
            _context.Say($"Job {accepted.JobId} goes on in the DPU. 'dpu status {accepted.JobId}' tells how it is, 'dpu cancel --force {accepted.JobId}' ends it.");
            return ExitCodes.Interrupted;
        }
        finally
        {
            _progress = null;
        }

        Finish(accepted, last);
        if (last is { Status: "FAILED" })
        {
            _context.Say($"'dpu show {accepted.JobId}' tells why.");
        }

        return last is { Status: "FINISHED" } ? ExitCodes.Done : ExitCodes.WorkFailed;
    }

    private void Finish(JobAccepted accepted, JobSummary? last)
    {
        if (json)
        {
            Print(last is null ? RunReport.Of(accepted) : RunReport.Of(accepted).With(last));
        }

        if (last is not null)
        {
            _context.Say(StatusLine.Of(last));
        }
    }

    private void Print(RunReport report)
    {
        if (json)
        {
            _context.WriteJson(report, CliJson.Readable.RunReport);
        }
        else
        {
            _context.Out.WriteLine(Units.Number(report.JobId));
        }

        // Whoever reads the id wants it now, not at the end of the wait.
        _context.Out.Flush();
    }

    private void Note(string message)
    {
        if (_progress is { } progress)
        {
            progress.Note(message);
        }
        else
        {
            _context.Say(message);
        }
    }
}
