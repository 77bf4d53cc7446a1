using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Dpu.Client.Contracts;
using Dpu.Journal.Logs;

namespace Dpu.Service.Http;

/// <summary>
/// How far a log was followed: <paramref name="Lines"/> lines behind <paramref name="Cursor"/>, a place at which no line was cut. Reading from there again gives the same lines in the same
/// order, so a stream that broke goes on behind its last line, after a restart of the service as well.
/// </summary>
internal readonly record struct LogPlace(LogCursor Cursor, long Lines)
{
    /// <summary>The text that stands in <c>id:</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Cursor.Block}.{Cursor.Chunk}.{Lines}");

    /// <summary>Nothing is the beginning.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out LogPlace? place)
    {
        place = string.IsNullOrEmpty(text) ? new LogPlace(LogCursor.Start, 0) : null;
        if (place is null
            && text!.Split('.') is [var block, var chunk, var lines]
            && long.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out var b)
            && int.TryParse(chunk, NumberStyles.None, CultureInfo.InvariantCulture, out var c)
            && long.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out var l))
        {
            place = new LogPlace(new LogCursor(b, c), l);
        }

        return place is not null;
    }
}

/// <summary>Lines of a log behind a place, each with the place behind it.</summary>
internal sealed class FollowedLog(LogPlace begin)
{
    private readonly LineAssembler _lines = new();
    private LogPlace _place = begin with { Lines = 0 };
    private long _known = begin.Lines;

    /// <summary>Where to read on.</summary>
    public LogCursor Next { get; private set; } = begin.Cursor;

    /// <summary>The place behind all whole lines so far.</summary>
    public LogPlace Place => _place;

    public IEnumerable<(LogLine Line, LogPlace Behind)> Add(LogPage page)
    {
        foreach (var line in page.Chunks.SelectMany(_lines.Add))
        {
            if (IsNew())
            {
                yield return (line, _place);
            }
        }

        Next = page.Next;
        if (_lines.IsEmpty)
        {
            (_place, _known) = (new LogPlace(Next, 0), 0);
        }
    }

    /// <summary>Last lines without a newline.</summary>
    public IEnumerable<(LogLine Line, LogPlace Behind)> Rest()
    {
        foreach (var line in _lines.Rest())
        {
            if (IsNew())
            {
                yield return (line, _place);
            }
        }
    }

    private bool IsNew()
    {
        _place = _place with { Lines = _place.Lines + 1 };
        return _place.Lines > _known;
    }
}
