using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Client;

namespace Dpu.Cli.Commands;

internal sealed class PriorityCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job" };
    private readonly Argument<string> _priority = new("N") { Description = "Higher runs first; 0 is usual" };
    private readonly Option<bool> _json = JsonOption("A JSON array of the job");

    public PriorityCommand()
        : base("priority", "Lets a job come earlier or later", "dpu priority 84820 10", "dpu priority 84820 -- -5     after all others")
    {
        Add(_id);
        Add(_priority);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var id = Values.JobId(invocation.Get(_id)!);
        var priority = Values.WholeNumber("The priority", invocation.Get(_priority), int.MinValue)!.Value;
        using var http = invocation.Context.OpenClient(invocation.Dpu);
        await using var client = new DpuClient(http);
        return await EachJob.RunAsync(
            invocation.Context, [id], invocation.Get(_json), job => client.SetPriorityAsync(job, priority, CancellationToken.None));
    }
}
