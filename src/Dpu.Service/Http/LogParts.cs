using Dpu.Client.Contracts;
using Dpu.Journal.Logs;

namespace Dpu.Service.Http;

/// <summary>Looks for lines in what a job printed, on from a place or back from one, and stops after some output, found or not: an answer is never far.</summary>
internal sealed class LogParts(OpenJob job, LogWanted wanted, int limit, CancellationToken cancellationToken)
{
    private const int PageBytes = 256 * 1024;
    private const long SearchedBytesMax = 4 << 20;

    /// <summary>Short lines take longer than their bytes.</summary>
    private const int SearchedLinesMax = 30_000;

    private long _searched;
    private int _lines;

    private bool HasSearchedEnough => _searched >= SearchedBytesMax || _lines >= SearchedLinesMax;

    /// <summary>The first lines behind a place.</summary>
    public async Task<LogPart> OnAsync(LogPlace after)
    {
        var log = new FollowedLog(after);
        var found = new List<PlacedLine>();
        var later = after;
        LogPage page;
        do
        {
            page = await job.ReadAsync(wanted.Task, wanted.Attempt, log.Next, PageBytes, cancellationToken);
            _searched += BytesOf(page.Chunks);
            foreach (var (line, behind) in log.Add(page))
            {
                later = behind;
                if (Take(found, line, behind))
                {
                    return new LogPart(job.Id.Value, found, after.ToString(), later.ToString(), AtEnd: false, _searched);
                }
            }

            later = log.Place;
        }
        while (!page.AtEnd && !HasSearchedEnough);

        if (page.AtEnd && job.Line.EndedAt is not null)
        {
            found.AddRange(log.Rest().Select(rest => wanted.Find(rest.Line, rest.Behind)).OfType<PlacedLine>());
        }

        return new LogPart(job.Id.Value, found, after.Equals(new LogPlace(LogCursor.Start, 0)) ? null : after.ToString(), later.ToString(), page.AtEnd, _searched);
    }

    /// <summary>The last lines before a place; null for the end of the log.</summary>
    public async Task<LogPart> BackAsync(LogPlace? before)
    {
        var found = new Stack<List<PlacedLine>>();
        var (count, later, cursor) = (0, before, before?.Cursor);
        if (before is { Lines: > 0 } place)
        {
            var lines = await BetweenAsync(place);
            (var cut, count) = Keep(found, lines, count);
            if (cut is { } earlier)
            {
                return Part(found, earlier, later!.Value, atEnd: false);
            }
        }

        LogTail tail;
        do
        {
            tail = await job.ReadBackAsync(wanted.Task, wanted.Attempt, cursor, PageBytes, cancellationToken);
            _searched += BytesOf(tail.Chunks);
            var log = new FollowedLog(new LogPlace(tail.From, 0));
            var lines = log.Add(new LogPage(tail.Chunks, tail.End, AtEnd: true)).ToList();
            later ??= log.Place;

            // A line whose end is not in this piece has it in the next one, or not at all; one that is still being written is told when it is whole.
            if (cursor is not null || job.Line.EndedAt is not null)
            {
                lines.AddRange(log.Rest());
            }

            (var cut, count) = Keep(found, lines, count);
            if (cut is { } earlier)
            {
                return Part(found, earlier, later.Value, atEnd: before is null);
            }

            cursor = tail.From;
        }
        while (!tail.AtStart && count < limit && !HasSearchedEnough);

        return Part(found, tail.AtStart ? null : new LogPlace(tail.From, 0), later.Value, atEnd: before is null);
    }

    /// <summary>The lines between a place's cursor and the place.</summary>
    private async Task<List<(LogLine Line, LogPlace Behind)>> BetweenAsync(LogPlace place)
    {
        var log = new FollowedLog(new LogPlace(place.Cursor, 0));
        var lines = new List<(LogLine, LogPlace)>();
        LogPage page;
        do
        {
            page = await job.ReadAsync(wanted.Task, wanted.Attempt, log.Next, PageBytes, cancellationToken);
            _searched += BytesOf(page.Chunks);
            foreach (var (line, _) in log.Add(page))
            {
                lines.Add((line, new LogPlace(place.Cursor, lines.Count + 1)));
            }
        }
        while (!page.AtEnd && lines.Count < place.Lines);

        return [.. lines.Take((int)Math.Min(place.Lines, int.MaxValue))];
    }

    /// <summary>Keeps those that are looked for, the newest as long as there is room; tells the place before the first that is kept where there was none for others.</summary>
    private (LogPlace? Cut, int Count) Keep(Stack<List<PlacedLine>> found, List<(LogLine Line, LogPlace Behind)> lines, int count)
    {
        var kept = new List<PlacedLine>();
        for (var index = lines.Count - 1; index >= 0; index--)
        {
            _lines++;
            if (wanted.Find(lines[index].Line, lines[index].Behind) is { } line)
            {
                if (count == limit)
                {
                    kept.Reverse();
                    found.Push(kept);
                    return (lines[index].Behind, count);
                }

                kept.Add(line);
                count++;
            }
        }

        kept.Reverse();
        found.Push(kept);
        return (null, count);
    }

    private LogPart Part(Stack<List<PlacedLine>> found, LogPlace? earlier, LogPlace later, bool atEnd) =>
        new(job.Id.Value, [.. found.SelectMany(lines => lines)], earlier?.ToString(), later.ToString(), atEnd, _searched);

    /// <summary>True when there is enough.</summary>
    private bool Take(List<PlacedLine> found, LogLine line, LogPlace behind)
    {
        _lines++;
        if (wanted.Find(line, behind) is { } placed)
        {
            found.Add(placed);
        }

        return found.Count == limit;
    }

    private static long BytesOf(IEnumerable<LogChunk> chunks) => chunks.Sum(chunk => (long)chunk.Bytes.Length);
}
