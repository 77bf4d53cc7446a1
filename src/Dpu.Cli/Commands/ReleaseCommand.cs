using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Client;

namespace Dpu.Cli.Commands;

internal sealed class ReleaseCommand : DpuCommand
{
    private readonly Argument<string[]> _ids = new("JOBID") { Description = "Which jobs", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> _json = JsonOption("One JSON array of the jobs that were released");

    public ReleaseCommand()
        : base(
            "release",
            "Lets held jobs go on; results that were held for a person's word count from then on",
            "dpu release 84820",
            "dpu show 84820 --tasks                     look at what is held first",
            "dpu cancel 84820                           discard held results instead")
    {
        Add(_ids);
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
            id => client.ReleaseAsync(id, CancellationToken.None));
    }
}
