namespace Dpu.Hocon.Syntax;

/// <summary>Cuts a text into tokens; comments and whitespace other than newlines disappear here.</summary>
internal sealed partial class Lexer
{
    private readonly string _text;
    private readonly string _file;
    private int _position;
    private int _line = 1;
    private int _lineStart;

    public Lexer(string text, string file)
    {
        _text = text;
        _file = file;
    }

    public Token Next()
    {
        int start = _position;
        while (_position < _text.Length && _text[_position] != '\n' && Characters.IsWhitespace(_text[_position]))
        {
            _position++;
        }

        string space = _position - start == 1 && _text[start] == ' ' ? " " : _text[start.._position];
        SkipComment();
        int line = _line;
        int column = _position - _lineStart + 1;
        (TokenKind kind, string text) = Scan();
        return new Token(kind, text, space, line, column);
    }

    private (TokenKind Kind, string Text) Scan()
    {
        if (_position == _text.Length)
        {
            return (TokenKind.End, "");
        }

        switch (_text[_position])
        {
            case '\n':
                _position++;
                StartLine();
                return (TokenKind.Newline, "\n");
            case ',':
                return Symbol(TokenKind.Comma, ",");
            case '{':
                return Symbol(TokenKind.OpenBrace, "{");
            case '}':
                return Symbol(TokenKind.CloseBrace, "}");
            case '[':
                return Symbol(TokenKind.OpenBracket, "[");
            case ']':
                return Symbol(TokenKind.CloseBracket, "]");
            case ':':
                return Symbol(TokenKind.Colon, ":");
            case '=':
                return Symbol(TokenKind.Equal, "=");
            case '+' when At("+="):
                return Symbol(TokenKind.PlusEqual, "+=");
            case '$' when At("${?"):
                return Symbol(TokenKind.OptionalSubstitution, "${?");
            case '$' when At("${"):
                return Symbol(TokenKind.Substitution, "${");
            case '"':
                return (TokenKind.Quoted, At("\"\"\"") ? ReadTripleQuoted() : ReadQuoted());
            default:
                return (TokenKind.Unquoted, ReadUnquoted());
        }
    }

    private (TokenKind Kind, string Text) Symbol(TokenKind kind, string text)
    {
        _position += text.Length;
        return (kind, text);
    }

    private string ReadUnquoted()
    {
        int start = _position;
        while (_position < _text.Length && (IsUnquoted(_position) || IsExponentSign(start)))
        {
            _position++;
        }

        if (_position == start)
        {
            throw Error(_position, $"'{_text[start]}' cannot stand in unquoted text; put the text in double quotes");
        }

        return _text[start.._position];
    }

    private bool IsUnquoted(int index)
    {
        char c = _text[index];
        return !Characters.IsReserved(c) && !Characters.IsWhitespace(c) && !(c == '/' && index + 1 < _text.Length && _text[index + 1] == '/');
    }

    /// <summary>The plus sign is reserved, but <c>1e+5</c> is a number of JSON.</summary>
    private bool IsExponentSign(int start)
    {
        if (_text[_position] != '+' || _position + 1 == _text.Length || _position - start < 2 || _text[_position - 1] is not ('e' or 'E'))
        {
            return false;
        }

        return char.IsAsciiDigit(_text[_position + 1]) && JsonNumber.Matches(_text.AsSpan(start, _position - 1 - start));
    }

    private void SkipComment()
    {
        if (At("#") || At("//"))
        {
            int end = _text.IndexOf('\n', _position);
            _position = end < 0 ? _text.Length : end;
        }
    }

    private bool At(string symbol) => string.CompareOrdinal(_text, _position, symbol, 0, symbol.Length) == 0;

    private void StartLine()
    {
        _line++;
        _lineStart = _position;
    }

    private HoconException Error(int position, string problem) =>
        new(new HoconOrigin(_file, _line, position - _lineStart + 1), problem);
}
