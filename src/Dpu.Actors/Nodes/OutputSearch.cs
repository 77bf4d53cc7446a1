using System.Collections.Immutable;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Journal.Logs;

namespace Dpu.Actors.Nodes;

/// <summary>What a look through an attempt's output gave.</summary>
/// <param name="Findings">What was found.</param>
/// <param name="Missing">What of the output could not be looked at, for people; null when all of it was.</param>
internal sealed record SearchedOutput(ImmutableArray<LogFinding> Findings, string? Missing);

/// <summary>Looks through what the log store holds of an attempt.</summary>
internal static class OutputSearch
{
    private const int PageBytes = 64 << 10;

    /// <param name="logs">Where its lines are.</param>
    /// <param name="start">The attempt and its patterns.</param>
    /// <param name="last">The last piece of output that its launcher told of in this life of the service; null when there was none.</param>
    public static async Task<SearchedOutput> RunAsync(ILogStore logs, TaskStart start, LauncherEventId? last, CancellationToken cancellationToken)
    {
        var search = new LogSearch(start.Patterns);
        var selection = LogSelection.Of(start.Attempt);
        string? missing = null;
        LauncherEventId? seen = null;
        LogPage page;
        var cursor = LogCursor.Start;
        do
        {
            page = await logs.ReadAsync(selection, cursor, PageBytes, cancellationToken);
            cursor = page.Next;
            foreach (var chunk in page.Chunks)
            {
                if (chunk.Source == LogChunk.StoreSource)
                {
                    missing = "a part of it cannot be read";
                }
                else
                {
                    search.Add(chunk.Stream, chunk.At, chunk.Bytes.Span);
                    seen = new LauncherEventId(chunk.Incarnation, chunk.SequenceNr);
                }
            }
        }
        while (!page.AtEnd);

        // An attempt's pieces are stored in order: with the last one all are there.
        return new SearchedOutput(search.Finish(), last is not null && seen != last ? "its end is not stored yet" : missing);
    }
}
