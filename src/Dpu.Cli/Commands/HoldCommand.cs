using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Client;

namespace Dpu.Cli.Commands;

internal sealed class HoldCommand : DpuCommand
{
    private readonly Argument<string[]> _ids = new("JOBID") { Description = "Which jobs", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _reason = new("--reason") { Description = "Shown to whoever wonders", HelpName = "TEXT" };
    private readonly Option<bool> _json = JsonOption("One JSON array of the jobs that are held");

    public HoldCommand()
        : base(
            "hold",
            "Starts nothing more of jobs until they are released; what runs goes on",
            "dpu hold 84820",
            "dpu hold 84820 84821 --reason 'the flat field is wrong'",
            "dpu release 84820                                        goes on")
    {
        Add(_ids);
        Add(_reason);
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
            id => client.HoldAsync(id, invocation.Get(_reason), CancellationToken.None));
    }
}
