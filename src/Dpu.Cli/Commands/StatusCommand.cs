using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class StatusCommand : DpuCommand
{
    private readonly Argument<string[]> _ids = new("JOBID") { Description = "Which jobs; without any, your own", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _json = JsonOption("One JSON array of jobs with their counts and times");

    public StatusCommand()
        : base("status", "How jobs are: one line a job", "dpu status", "dpu status 84820 84821", "dpu status 84820 --json")
    {
        Add(_ids);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var ids = (invocation.Get(_ids) ?? []).Select(Values.JobId).Distinct().ToList();
        using var http = context.OpenClient(invocation.Dpu);
        var jobs = await JobSelection.GetAsync(http, ids, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(jobs.Found, ApiJson.Readable.IReadOnlyListJobSummary);
        }
        else
        {
            foreach (var job in jobs.Found)
            {
                context.Out.WriteLine(StatusLine.Of(job));
            }
        }

        return jobs.SayMissing(context);
    }
}
