using Dpu.Cli.Arguments;
using Dpu.Cli.Commands;
using Dpu.Cli.Output;
using Dpu.Client;
using Dpu.Client.Contracts;

namespace Dpu.Cli.Waiting;

/// <summary>Submits one job for each line and prints their ids, a line each. A line that is refused is said; the others are submitted all the same.</summary>
internal sealed class SubmitEach(Invocation invocation, bool json)
{
    private const string Placeholder = "{}";

    private readonly CliContext _context = invocation.Context;

    public async Task<int> RunAsync(JobSubmission template, string source)
    {
        if (!template.Arguments.Any(argument => argument.Contains(Placeholder, StringComparison.Ordinal)))
        {
            throw new UsageException("--each makes one job per line, but no option holds {}: all of them would be the same job.");
        }

        var refused = 0;
        using var http = _context.OpenClient(invocation.Dpu);
        foreach (var line in await InputLines.FromAsync(_context, source))
        {
            try
            {
                Print(await http.SubmitAsync(Fill(template, line), IdempotencyKey.Create(), CancellationToken.None));
            }
            catch (DpuRefusedException refusal) when (!refusal.IsTemporary)
            {
                refused++;
                _context.Say($"dpu: for the line '{Visible.Text(line)}': {refusal.Message}");
            }
        }

        return refused == 0 ? ExitCodes.Done : ExitCodes.WrongCommand;
    }

    private static JobSubmission Fill(JobSubmission template, string line) => template with
    {
        Arguments = [.. template.Arguments.Select(argument => argument.Replace(Placeholder, line, StringComparison.Ordinal))],
        Campaign = template.Campaign is { Unit: "" } campaign ? campaign with { Unit = line } : template.Campaign,
    };

    private void Print(JobAccepted accepted)
    {
        if (json)
        {
            _context.WriteJson(RunReport.Of(accepted), CliJson.Readable.RunReport);
        }
        else
        {
            _context.Out.WriteLine(Units.Number(accepted.JobId));
        }

        _context.Out.Flush();
    }
}
