using Dpu.Client.Contracts;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;
using Dpu.Journal.Views;

namespace Dpu.Service.Http;

/// <summary>What the last attempt at a task printed last.</summary>
internal sealed class LastLines(ApiServices services)
{
    private const int LinesMax = 20;
    private const int PageBytes = 64 * 1024;
    private const int LineLengthMax = 4096;

    public async Task<IReadOnlyList<string>> ReadAsync(JobId job, TaskRow row, CancellationToken cancellationToken)
    {
        var selection = new LogSelection(job, row.Task, row.Attempts.IsEmpty ? null : row.Attempts[^1].Number);
        var assembler = new LineAssembler();
        var last = new Queue<string>(LinesMax + 1);
        var cursor = LogCursor.Start;
        LogPage page;
        do
        {
            page = await services.Logs.ReadAsync(selection, cursor, PageBytes, cancellationToken);
            cursor = page.Next;
            Keep(page.Chunks.SelectMany(assembler.Add));
        }
        while (!page.AtEnd);

        Keep(assembler.Rest());
        return [.. last];

        void Keep(IEnumerable<LogLine> lines)
        {
            foreach (var line in lines)
            {
                last.Enqueue(line.Text.Length > LineLengthMax ? line.Text[..LineLengthMax] + "…" : line.Text);
                if (last.Count > LinesMax)
                {
                    last.Dequeue();
                }
            }
        }
    }
}
