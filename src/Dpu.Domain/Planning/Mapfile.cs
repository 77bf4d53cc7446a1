using System.Collections.Immutable;
using System.Globalization;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>A host and what is on it.</summary>
public sealed record HostFiles(string Host, ImmutableArray<string> Files);

/// <summary>
/// A LOFAR mapfile, in the syntax of parameter sets: <c>host=[ file, file ]</c>. It says which host has which files, so that work runs where its data is.
/// </summary>
/// <remarks>
/// Line ends are blanks like any other between hosts, brackets, commas and files: several entries may share a line, an entry may span lines. A file in quotes
/// (<c>"…"</c> or <c>'…'</c>) is plain text up to the quote that closes it: so it may hold commas and brackets. A file without quotes goes up to the
/// next comma or closing bracket, blanks inside it included: documents and terminals fold long lines, and LOFAR's own example has such a blank in the
/// name of a folder. It is taken as it stands and never guessed away. <c>#</c> where a host is due begins a comment. A host that is named again continues its list.
///
/// Refused, with line and column, is what could be read in two ways: a file without quotes that is folded over a line end, or that holds <c>=[</c> or <c>[</c>
/// (a bracket was forgotten before it), an empty file, anything between an entry and the next one.
/// </remarks>
public sealed record Mapfile(ImmutableArray<HostFiles> Entries)
{
    /// <summary>Reads a mapfile; the first thing that is wrong in it is refused as <c>NAME:line:column: …</c></summary>
    /// <param name="text">Its text.</param>
    /// <param name="name">Its name in messages.</param>
    public static Checked<Mapfile> Parse(string text, string name)
    {
        try
        {
            return new Checked<Mapfile>.Accepted(new Mapfile(new Reader(text).Read()));
        }
        catch (MapfileError error)
        {
            var before = text.AsSpan(0, error.Position);
            var line = before.Count('\n') + 1;
            var column = error.Position - before.LastIndexOf('\n');
            return new Checked<Mapfile>.Refused([new SubmissionError(
                SubmissionErrors.BadMapfile,
                string.Create(CultureInfo.InvariantCulture, $"{name}:{line}:{column}: {error.Message}"))]);
        }
    }

    private sealed class MapfileError(int position, string message) : Exception(message)
    {
        public int Position => position;
    }

    private sealed class Reader(string text)
    {
        private int _position;

        public ImmutableArray<HostFiles> Read()
        {
            var entries = ImmutableArray.CreateBuilder<HostFiles>();
            while (SkipBlanksAndComments())
            {
                entries.Add(ReadEntry());
            }

            return entries.Count == 0
                ? throw Error("there is no entry; one is written host=[ file, file ]")
                : entries.Any(entry => !entry.Files.IsEmpty) ? entries.ToImmutable() : throw Error("no host has a file, so there is nothing to run");
        }

        private HostFiles ReadEntry()
        {
            var start = _position;
            while (_position < text.Length && IsOfHost(text[_position]))
            {
                _position++;
            }

            var host = text[start.._position];
            if (host.Length == 0)
            {
                throw Error($"'{text[_position]}' stands where a host is due; an entry is written host=[ file, file ]");
            }

            SkipBlanks();
            Take('=', $"'=' is due after the host '{host}'");
            SkipBlanks();
            Take('[', $"'[' is due after '{host}='");
            return new HostFiles(host, ReadFiles(host));
        }

        private ImmutableArray<string> ReadFiles(string host)
        {
            var files = ImmutableArray.CreateBuilder<string>();
            SkipBlanks();
            if (Is(']'))
            {
                _position++;
                return [];
            }

            while (true)
            {
                SkipBlanks();
                files.Add(Is('"') || Is('\'') ? ReadQuoted() : ReadBare(host));
                SkipBlanks();
                if (Is(']'))
                {
                    _position++;
                    return files.ToImmutable();
                }

                Take(',', $"',' or ']' is due here in the list of '{host}'");
            }
        }

        private string ReadQuoted()
        {
            var opened = _position;
            var closed = text.IndexOf(text[opened], opened + 1);
            if (closed < 0)
            {
                throw new MapfileError(opened, "this quote is not closed");
            }

            _position = closed + 1;
            return Checked(text[(opened + 1)..closed], opened);
        }

        private string ReadBare(string host)
        {
            var start = _position;
            var length = text.AsSpan(start).IndexOfAny(',', ']');
            if (length < 0)
            {
                throw new MapfileError(start, $"the list of '{host}' is not closed with ']'");
            }

            var file = text.Substring(start, length).TrimEnd();
            if (file.Contains('[', StringComparison.Ordinal))
            {
                throw new MapfileError(
                    start + file.IndexOf('[', StringComparison.Ordinal),
                    $"'[' inside the list of '{host}': close that list with ']' before the next entry, or put the file in quotes");
            }

            _position += length;
            return Checked(file, start);
        }

        private static string Checked(string file, int start) => file switch
        {
            "" => throw new MapfileError(start, "a file is empty here"),
            _ when file.IndexOf('\n', StringComparison.Ordinal) is var at and >= 0 =>
                throw new MapfileError(start + at, "a file is folded over the end of a line: is it one, or was a comma forgotten? Write it on one line"),
            _ when file.Contains('\0', StringComparison.Ordinal) => throw new MapfileError(start, "a file holds a NUL, which no argument of a program can"),
            _ => file,
        };

        private void Take(char due, string problem)
        {
            if (!Is(due))
            {
                throw Error(_position < text.Length ? $"{problem}, not '{text[_position]}'" : $"{problem}; the text ends here");
            }

            _position++;
        }

        private static bool IsOfHost(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';

        private bool Is(char c) => _position < text.Length && text[_position] == c;

        private void SkipBlanks()
        {
            while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            {
                _position++;
            }
        }

        private bool SkipBlanksAndComments()
        {
            SkipBlanks();
            while (Is('#'))
            {
                var end = text.IndexOf('\n', _position);
                _position = end < 0 ? text.Length : end;
                SkipBlanks();
            }

            return _position < text.Length;
        }

        private MapfileError Error(string message) => new(_position, message);
    }
}
