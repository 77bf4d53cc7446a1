using Dpu.Client.Contracts;
using Dpu.Journal.Logs;
using Dpu.Journal.Views;

namespace Dpu.Service.Http;

/// <summary>What the last attempt at a task printed last.</summary>
internal static class LastLines
{
    private const int LinesMax = 20;
    private const int PageBytes = 64 * 1024;
    private const int LineLengthMax = 4096;

    public static async Task<IReadOnlyList<string>> ReadAsync(OpenJob job, TaskRow row, CancellationToken cancellationToken)
    {
        int? attempt = row.Attempts.IsEmpty ? null : row.Attempts[^1].Number;
        var assembler = new LineAssembler();
        var last = new Queue<string>(LinesMax + 1);
        var cursor = LogCursor.Start;
        LogPage page;
        do
        {
            page = await job.ReadAsync(row.Task, attempt, cursor, PageBytes, cancellationToken);
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
