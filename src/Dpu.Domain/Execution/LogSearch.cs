using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Execution;

/// <summary>
/// Looks for a step's patterns in the output of one attempt, piece by piece. What it keeps is bounded whatever the attempt prints: the
/// beginning of each line is looked at, and the first few lines of each pattern are kept; all of them are counted.
/// </summary>
public sealed class LogSearch
{
    /// <summary>How much of a line is looked at, in bytes.</summary>
    public const int LineBytesMax = 16 << 10;

    /// <summary>How much of a line is kept, in characters.</summary>
    public const int KeptCharactersMax = 400;

    /// <summary>How many lines are kept for each pattern.</summary>
    public const int KeptPerPattern = 5;

    private readonly ImmutableArray<Search> _searches;
    private readonly Line _out = new();
    private readonly Line _error = new();

    public LogSearch(ImmutableArray<LogPattern> patterns) => _searches = [.. patterns.Select(pattern => new Search(pattern))];

    /// <summary>Looks at the next piece of a stream: whole lines, or a part of one.</summary>
    public void Add(OutputStream stream, DateTimeOffset at, ReadOnlySpan<byte> bytes)
    {
        var line = stream == OutputStream.Out ? _out : _error;
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            line.Add(at, end < 0 ? rest : rest[..end]);
            if (end < 0)
            {
                return;
            }

            Look(line);
            rest = rest[(end + 1)..];
        }
    }

    /// <summary>What was found, by pattern in the order of their declaration. A last line without an end counts.</summary>
    public ImmutableArray<LogFinding> Finish()
    {
        Look(_out);
        Look(_error);
        return [.. _searches.SelectMany(search => search.Findings())];
    }

    private void Look(Line line)
    {
        if (line.TryTake(out var at, out var text))
        {
            foreach (var search in _searches)
            {
                search.Look(at, text);
            }
        }
    }

    private static string Cut(string line)
    {
        if (line.Length <= KeptCharactersMax)
        {
            return line;
        }

        // Half of a surrogate pair is no text: it could not be stored.
        var length = char.IsHighSurrogate(line[KeptCharactersMax - 2]) ? KeptCharactersMax - 2 : KeptCharactersMax - 1;
        return line[..length] + "…";
    }

    /// <summary>A line in the making.</summary>
    private sealed class Line
    {
        private readonly List<byte> _bytes = [];
        private DateTimeOffset? _at;

        public void Add(DateTimeOffset at, ReadOnlySpan<byte> bytes)
        {
            _at ??= at;
            _bytes.AddRange(bytes[..Math.Min(bytes.Length, LineBytesMax - _bytes.Count)]);
        }

        public bool TryTake(out DateTimeOffset at, out string text)
        {
            (at, text) = (_at ?? default, "");
            if (_at is null)
            {
                return false;
            }

            text = Encoding.UTF8.GetString([.. _bytes]).TrimEnd('\r');
            _bytes.Clear();
            _at = null;
            return true;
        }
    }

    private sealed class Search(LogPattern pattern)
    {
        private readonly Regex _regex = LogRegexes.Of(pattern.Regex);
        private readonly List<(DateTimeOffset At, string Line)> _kept = [];
        private int _count;

        public void Look(DateTimeOffset at, string line)
        {
            if (!_regex.IsMatch(line))
            {
                return;
            }

            _count++;
            if (_kept.Count < KeptPerPattern)
            {
                _kept.Add((at, Cut(line)));
            }
        }

        public IEnumerable<LogFinding> Findings() =>
            _kept.Select(kept => new LogFinding(pattern.Name, pattern.Level, kept.At, kept.Line, _count));
    }
}
