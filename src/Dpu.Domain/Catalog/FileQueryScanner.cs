using System.Globalization;
using System.Text;

namespace Dpu.Domain.Catalog;

/// <summary>A value as it was written: its text, and what in it stood outside quotes.</summary>
/// <param name="Text">Without quotes and backslashes.</param>
/// <param name="IsNothing">Not even a pair of quotes was there.</param>
/// <param name="HasBareWildcard">A <c>?</c> or <c>*</c> stood outside quotes.</param>
/// <param name="Range">Its ends, when exactly one <c>..</c> stood outside quotes; one of them is empty when something stood on one side only.</param>
internal readonly record struct RawValue(string Text, bool IsNothing, bool HasBareWildcard, (string From, string To)? Range);

/// <summary>
/// The characters of a query, one after the other. A quote may open in the key and close in the value (<c>"object=M 31"</c>): the first operator of
/// a term divides it, in quotes or not, and everything else in quotes is plain.
/// </summary>
internal sealed class FileQueryScanner(string text)
{
    private int _position;
    private int? _quoteOpened;
    private int _parentheses;

    public int Position => _position;

    public static FormatException Error(int position, string problem) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The query is wrong at character {position + 1}: {problem}."));

    public FormatException Error(string problem) => Error(_position, problem);

    public bool AtEnd()
    {
        SkipBlanks();
        return _position == text.Length;
    }

    /// <summary>Whether the terms that belong together end here.</summary>
    public bool AtEndOfTerms() => AtEnd() || text[_position] == ')' || Sees("or");

    /// <summary>Whether this word comes next, outside quotes and by itself.</summary>
    public bool Sees(string keyword)
    {
        SkipBlanks();
        var end = _position + keyword.Length;
        return text.AsSpan(_position).StartsWith(keyword, StringComparison.OrdinalIgnoreCase)
            && (end == text.Length || char.IsWhiteSpace(text[end]) || text[end] is '(' or ')');
    }

    public bool Take(string keyword)
    {
        var sees = Sees(keyword);
        _position += sees ? keyword.Length : 0;
        return sees;
    }

    /// <summary>Takes a parenthesis that opens a group and says where it stood; null when none comes next.</summary>
    public int? Open()
    {
        SkipBlanks();
        return Is('(') ? _position++ : null;
    }

    public bool Close()
    {
        SkipBlanks();
        var closes = Is(')');
        _position += closes ? 1 : 0;
        return closes;
    }

    /// <summary>The text before the operator, and the operator; all of the term and null for a word.</summary>
    public (string Key, string? Operator) ReadKey()
    {
        _parentheses = 0;
        var key = new StringBuilder();
        while (Next(inList: false) is var (c, _))
        {
            if (c is '=' or '<' or '>' || (c == '!' && Is('=')))
            {
                var longer = c != '=' && Is('=');
                _position += longer ? 1 : 0;
                return (key.ToString(), longer ? $"{c}=" : c.ToString());
            }

            key.Append(c);
        }

        return (key.ToString(), null);
    }

    public bool SeesList() => _quoteOpened is null && Is('(');

    public bool SeesBar() => Is('|');

    /// <summary>Passes the parenthesis or the bar, and the blanks after it.</summary>
    public void EnterElement()
    {
        _position++;
        _parentheses = 0;
        SkipBlanks();
    }

    public void CloseList(int opened)
    {
        if (!Is(')'))
        {
            throw Error(opened, "this list is not closed; it is written (a|b), and a text that begins with '(' in quotes");
        }

        _position++;
        if (_position < text.Length && !char.IsWhiteSpace(text[_position]) && text[_position] != ')')
        {
            throw Error("a blank is due after a list; put all of it in quotes when it is a text");
        }
    }

    /// <summary>The rest of a term, or an element of a list: up to its bar or parenthesis, blanks inside it included.</summary>
    public RawValue ReadValue(bool inList)
    {
        var start = _position;
        var openQuote = _quoteOpened is not null;
        var value = new StringBuilder();
        var bare = new List<bool>();
        while (Next(inList) is var (c, quoted))
        {
            value.Append(c);
            bare.Add(!quoted);
        }

        var length = value.Length;
        while (inList && length > 0 && bare[length - 1] && char.IsWhiteSpace(value[length - 1]))
        {
            length--;
        }

        var whole = value.ToString(0, length);
        var wild = Enumerable.Range(0, length).Any(i => bare[i] && whole[i] is '?' or '*');
        var nothing = length == 0 && !openQuote && !text.AsSpan(start, _position - start).Contains('"');
        return new RawValue(whole, nothing, wild, RangeIn(whole, bare));
    }

    private static (string From, string To)? RangeIn(string value, List<bool> bare)
    {
        var dots = Enumerable.Range(0, Math.Max(0, value.Length - 1))
            .Where(i => value[i] == '.' && value[i + 1] == '.' && bare[i] && bare[i + 1])
            .ToArray();
        if (dots is not [var at])
        {
            return null;
        }

        // "../x" and "x/.." are folders; ".." alone is a text.
        var (from, to) = (value[..at], value[(at + 2)..]);
        return from.EndsWith('/') || to.StartsWith('/') || (from.Length == 0 && to.Length == 0) ? null : (from, to);
    }

    /// <summary>The next character of the term; null where it ends, which is never inside quotes.</summary>
    private (char Character, bool Quoted)? Next(bool inList)
    {
        while (_position < text.Length)
        {
            var c = text[_position];
            if (c == '"')
            {
                _quoteOpened = _quoteOpened is null ? _position : null;
                _position++;
            }
            else if (_quoteOpened is not null)
            {
                return (Quoted(), true);
            }
            else
            {
                return Ends(c, inList) ? null : (Bare(c), false);
            }
        }

        return _quoteOpened is { } opened ? throw Error(opened, "this quote is not closed") : null;
    }

    private bool Ends(char c, bool inList) =>
        (c == ')' && _parentheses == 0) || (inList ? c == '|' && _parentheses == 0 : char.IsWhiteSpace(c));

    private char Bare(char c)
    {
        _position++;
        _parentheses += c switch { '(' => 1, ')' => -1, _ => 0 };
        return c;
    }

    private char Quoted()
    {
        var escaped = text[_position] == '\\' && _position + 1 < text.Length;
        _position += escaped ? 1 : 0;
        var c = text[_position++];
        return (escaped, c) switch
        {
            (true, 'n') => '\n',
            (true, 't') => '\t',
            _ => c,
        };
    }

    private bool Is(char c) => _position < text.Length && text[_position] == c;

    private void SkipBlanks()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }
    }
}
