using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Waiting;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class RerunCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job, of one or more recipes" };
    private readonly ContextOptions _belongs = new("your usual one otherwise", "your usual ones otherwise");
    private readonly Option<bool> _wait = new("--wait") { Description = "Follow the job to its end: exit code 1 unless it ends FINISHED" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the plan and run nothing" };
    private readonly Option<bool> _json = JsonOption("As of 'run --json'");

    public RerunCommand()
        : base(
            "rerun",
            "Runs the same sequence with the same options as a new job of yours, with released code, on what the catalog has now; prints its id",
            "dpu rerun 84820                          what was tried with code of one's own, for the project",
            "dpu rerun 84820 --privileges users --wait",
            "dpu rerun 84820 --dry-run")
    {
        foreach (var option in new Option[] { _wait, _dryRun, _json }.Concat(_belongs.All))
        {
            Add(option);
        }

        Add(_id);
    }

    public override Task<int> RunAsync(Invocation invocation)
    {
        var id = Values.JobId(invocation.Get(_id)!);
        var request = new RerunRequest(_belongs.Project(invocation), _belongs.Privileges(invocation));
        var json = invocation.Get(_json);
        return invocation.Get(_dryRun)
            ? PlanReport.RunAsync(invocation, json, (client, ct) => client.PreviewRerunAsync(id, request, ct))
            : new SubmitAndWait(invocation, json, invocation.Get(_wait)).RunAsync((client, key, ct) => client.RerunAsync(id, request, key, ct));
    }
}
