using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class PromoteCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job; ended or not" };
    private readonly ContextOptions _belongs = new("as it is is usual", "its project is usual for what is private");
    private readonly Option<bool> _json = JsonOption("A JSON array of the job");

    public PromoteCommand()
        : base(
            "promote",
            "Shows a job, and everything that it made or makes yet, to others than before. What ran code of its user's own is promoted by operators",
            "dpu promote 84820                               to the members of its project",
            "dpu promote 84820 --privileges users            to all users",
            "dpu promote 84820 --project KIDS --privileges project")
    {
        Add(_id);
        foreach (var option in _belongs.All)
        {
            Add(option);
        }

        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var id = Values.JobId(invocation.Get(_id)!);
        var request = new ContextRequest(_belongs.Project(invocation), _belongs.Privileges(invocation));
        using var http = invocation.Context.OpenClient(invocation.Dpu);
        await using var client = new DpuClient(http);
        return await EachJob.RunAsync(invocation.Context, [id], invocation.Get(_json), job => client.ShowToAsync(job, request, CancellationToken.None));
    }
}
