using System.Text;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Journal.Tests.Logs;

internal static class Chunks
{
    public static readonly Guid Launcher = new("11111111-2222-3333-4444-555555555555");
    public static readonly DateTimeOffset Start = new(2000, 4, 28, 0, 0, 0, TimeSpan.Zero);

    public static LogChunk Of(long number, int job = 1, int task = 0, int attempt = 1, string? text = null, Guid? launcher = null) => new(
        new AttemptId(new JobId(job), task, attempt),
        number % 3 == 0 ? OutputStream.Error : OutputStream.Out,
        Start.AddMilliseconds(number),
        $"node.schmidt.Reduce{task % 2}",
        launcher ?? Launcher,
        number,
        Encoding.UTF8.GetBytes(text ?? $"line {number}\n"));

    public static string TextOf(LogChunk chunk) => Encoding.UTF8.GetString(chunk.Bytes.Span);

    /// <summary>Everything of a selection, page by page.</summary>
    public static async Task<List<LogChunk>> ReadAllAsync(ILogStore store, LogSelection selection, int maxBytes = 1 << 20)
    {
        var all = new List<LogChunk>();
        var cursor = LogCursor.Start;
        while (true)
        {
            var page = await store.ReadAsync(selection, cursor, maxBytes, CancellationToken.None);
            all.AddRange(page.Chunks);
            if (page.AtEnd)
            {
                return all;
            }

            (page.Next > cursor).ShouldBeTrue("a page that is not the last one moves on");
            cursor = page.Next;
        }
    }

    private static void ShouldBeTrue(this bool holds, string why)
    {
        if (!holds)
        {
            throw new InvalidOperationException(why);
        }
    }
}
