using System.CommandLine;
using Dpu.Cli.Arguments;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

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
        var context = invocation.Context;
        var ids = invocation.Get(_ids)!.Select(Values.JobId).Distinct().ToList();
        using var http = context.OpenClient(invocation.Dpu);
        await using var client = new DpuClient(http);
        var cancelled = new List<JobSummary>();
        var exitCode = ExitCodes.Done;
        foreach (var id in ids)
        {
            try
            {
                cancelled.Add(await client.CancelAsync(id, invocation.Get(_force), CancellationToken.None));
            }
            catch (DpuRefusedException e) when (!e.IsTemporary)
            {
                // One job that cannot be cancelled does not save the others.
                exitCode = ExitCodes.WrongCommand;
                context.Say($"dpu: {string.Join(' ', ProblemText.Lines(e.Problem))}");
            }
        }

        if (invocation.Get(_json))
        {
            context.WriteJson<IReadOnlyList<JobSummary>>(cancelled, ApiJson.Readable.IReadOnlyListJobSummary);
        }
        else
        {
            cancelled.ForEach(job => context.Out.WriteLine(StatusLine.Of(job)));
        }

        return exitCode;
    }
}
