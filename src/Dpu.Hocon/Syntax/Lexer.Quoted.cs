using System.Globalization;
using System.Text;

namespace Dpu.Hocon.Syntax;

/// <summary>The two quoted forms: JSON's strings, and triple-quoted text that is taken as it stands.</summary>
internal sealed partial class Lexer
{
    private string ReadQuoted()
    {
        int open = _position++;
        int run = _position;
        StringBuilder? unescaped = null;
        while (true)
        {
            if (_position == _text.Length || _text[_position] == '\n')
            {
                throw Error(open, "this string has no closing quote on its line; add '\"', or use three quotes for a text of several lines");
            }

            char c = _text[_position];
            if (c == '"')
            {
                string rest = _text[run.._position++];
                return unescaped is null ? rest : unescaped.Append(rest).ToString();
            }

            if (c < ' ')
            {
                throw Error(_position, $"a quoted string cannot contain the control character U+{(int)c:X4}; write it as an escape such as \\t or \\u{(int)c:x4}");
            }

            if (c == '\\')
            {
                (unescaped ??= new StringBuilder()).Append(_text, run, _position - run).Append(ReadEscape());
                run = _position;
                continue;
            }

            _position++;
        }
    }

    private char ReadEscape()
    {
        int start = _position++;
        char c = _position < _text.Length ? _text[_position++] : '\n';
        return c switch
        {
            '"' or '\\' or '/' => c,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => ReadCodeUnit(start),
            _ => throw Error(start, "this is no escape of JSON; the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX, and a backslash itself is written \\\\"),
        };
    }

    private char ReadCodeUnit(int start)
    {
        ReadOnlySpan<char> digits = _text.AsSpan(_position, Math.Min(4, _text.Length - _position));
        if (digits.Length < 4 || !ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
        {
            throw Error(start, "\\u needs four hexadecimal digits, such as \\u00e9");
        }

        _position += 4;
        return (char)unit;
    }

    private string ReadTripleQuoted()
    {
        int open = _position;
        int start = open + 3;
        int close = _text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
        if (close < 0)
        {
            throw Error(open, "this text in three quotes is never closed; add '\"\"\"' behind it");
        }

        // Quotes beyond the third belong to the text: """a"""" is a".
        while (close + 3 < _text.Length && _text[close + 3] == '"')
        {
            close++;
        }

        for (int i = start; i < close; i++)
        {
            if (_text[i] == '\n')
            {
                _position = i + 1;
                StartLine();
            }
        }

        _position = close + 3;
        return _text[start..close];
    }
}
