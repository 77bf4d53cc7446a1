using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Client;

namespace Dpu.Cli.Commands;

internal sealed class CancelCommand : DpuCommand
{
    private readonly Argument<string[]> _ids = new("JOBID") { Description = "Which jobs", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _force = new("--force") { Description = "Also when the job runs: its tasks are ended" };
    private readonly Option<bool> _json = JsonOption("One JSON array of the jobs that were cancelled");

    public CancelCommand()
        : base("cancel", "Cancels jobs that do not run yet, or with --force any", "dpu cancel 84820", "dpu cancel --force 84820 84821")
    {
        Add(_ids);
        Add(_force);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        using var http = invocation.Context.OpenClient(invocation.Dpu);
        await using var client = new DpuClient(http);
        return await EachJob.RunAsync(
            invocation.Context,
            invocation.Get(_ids)!.Select(Values.JobId),
            invocation.Get(_json),
            id => client.CancelAsync(id, invocation.Get(_force), CancellationToken.None));
    }
}
