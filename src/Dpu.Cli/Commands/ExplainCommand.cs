using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

internal sealed class ExplainCommand : DpuCommand
{
    private readonly Argument<string> _id = new("JOBID") { Description = "Which job" };
    private readonly Option<bool> _json = JsonOption("{\"jobId\":…,\"status\":…,\"reasons\":[{\"code\":…,\"message\":…,\"tasks\":…,\"suggestion\":…}]}");

    public ExplainCommand()
        : base("explain", "Why a job waits, failed, was tried again or is slow, and the smallest change that would mend it", "dpu explain 84820", "dpu explain 84820 --json | jq -r '.reasons[].message'")
    {
        Add(_id);
        Add(_json);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var context = invocation.Context;
        var id = Values.JobId(invocation.Get(_id)!);
        using var http = context.OpenClient(invocation.Dpu);
        var explanation = await http.ExplainAsync(id, CancellationToken.None);
        if (invocation.Get(_json))
        {
            context.WriteJson(explanation, ApiJson.Readable.JobExplanation);
            return ExitCodes.Done;
        }

        context.Out.WriteLine($"Jobid {Units.Number(explanation.JobId)} has status {Visible.Text(explanation.Status)}");
        foreach (var reason in explanation.Reasons)
        {
            context.Out.WriteLine($"- {Visible.Text(reason.Message)}");
            if (reason.Suggestion is { } suggestion)
            {
                context.Out.WriteLine($"    → {Visible.Text(suggestion)}");
            }
        }

        return ExitCodes.Done;
    }
}
