using System.Text;

namespace Dpu.Hocon.Syntax;

/// <summary>
/// Builds a path from the tokens of a key or a substitution: dots outside quotes separate, whitespace between tokens is kept.
/// </summary>
internal sealed class PathExpression(string file)
{
    private readonly List<string> _elements = [];
    private readonly List<HoconOrigin> _origins = [];
    private readonly StringBuilder _element = new();
    private HoconOrigin? _origin;
    private bool _quoted;
    private bool _any;

    public bool IsEmpty => !_any;

    /// <summary>Where each element begins.</summary>
    public IReadOnlyList<HoconOrigin> Origins => _origins;

    /// <summary>A path expression that stands alone, as a caller of the API writes it.</summary>
    public static string[] Parse(string text)
    {
        var lexer = new Lexer(text, "path");
        var path = new PathExpression("path");
        while (true)
        {
            Token token = lexer.Next();
            if (token.Kind == TokenKind.End)
            {
                return path.Finish(token);
            }

            if (token.Kind is not (TokenKind.Quoted or TokenKind.Unquoted))
            {
                throw new HoconException(path.At(token, 0), $"{token.Described} cannot stand in a path; put it in double quotes");
            }

            path.Add(token);
        }
    }

    public void Add(Token token)
    {
        if (_any)
        {
            _element.Append(token.Space);
        }

        _any = true;
        if (token.Kind == TokenKind.Quoted)
        {
            _origin ??= At(token, 0);
            _quoted = true;
            _element.Append(token.Text);
            return;
        }

        for (int i = 0; i < token.Text.Length; i++)
        {
            _origin ??= At(token, i);
            if (token.Text[i] == '.')
            {
                FinishElement();
            }
            else
            {
                _element.Append(token.Text[i]);
            }
        }
    }

    /// <summary>The keys; <paramref name="next"/> is the token behind the expression.</summary>
    public string[] Finish(Token next)
    {
        if (IsEmpty)
        {
            throw new HoconException(At(next, 0), $"expected a key but found {next.Described}");
        }

        _origin ??= At(next, 0);
        FinishElement();
        return [.. _elements];
    }

    private void FinishElement()
    {
        if (_element.Length == 0 && !_quoted)
        {
            throw new HoconException(
                _origin!, "a path cannot begin or end with a dot or have two in a row; remove the dot, or write an empty key as \"\"");
        }

        _elements.Add(_element.ToString());
        _origins.Add(_origin!);
        _element.Clear();
        _quoted = false;
        _origin = null;
    }

    private HoconOrigin At(Token token, int offset) => new(file, token.Line, token.Column + offset);
}
