using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Commands;

/// <summary>The same done to several jobs: one that refuses does not save the others.</summary>
internal static class EachJob
{
    /// <param name="context">The world around the command.</param>
    /// <param name="ids">Which jobs.</param>
    /// <param name="json">Whether the jobs are printed as one JSON array.</param>
    /// <param name="act">What is done; gives the job as it is then.</param>
    public static async Task<int> RunAsync(CliContext context, IEnumerable<int> ids, bool json, Func<int, Task<JobSummary>> act)
    {
        var done = new List<JobSummary>();
        var exitCode = ExitCodes.Done;
        foreach (var id in ids.Distinct())
        {
            try
            {
                done.Add(await act(id));
            }
            catch (DpuRefusedException e) when (!e.IsTemporary)
            {
                exitCode = ExitCodes.WrongCommand;
                context.Say($"dpu: {string.Join(' ', ProblemText.Lines(e.Problem))}");
            }
        }

        if (json)
        {
            context.WriteJson<IReadOnlyList<JobSummary>>(done, ApiJson.Readable.IReadOnlyListJobSummary);
        }
        else
        {
            done.ForEach(job => context.Out.WriteLine(StatusLine.Of(job)));
        }

        return exitCode;
    }
}
