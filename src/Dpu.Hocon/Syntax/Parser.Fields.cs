using System.Text;

namespace Dpu.Hocon.Syntax;

/// <summary>Keys, assignments and include statements.</summary>
internal sealed partial class Parser
{
    private void ParseField(ObjectNode node)
    {
        if (_token is { Kind: TokenKind.Unquoted, Text: "include" })
        {
            ParseInclude(node);
            return;
        }

        HoconOrigin keyOrigin = Here();
        PathExpression expression = ReadKey();
        string[] keys = expression.Finish(_token);
        Token behind = _token;
        SkipNewlines();
        TokenKind separator = _token.Kind;
        if (separator is TokenKind.Colon or TokenKind.Equal or TokenKind.PlusEqual)
        {
            Advance();
        }
        else if (separator != TokenKind.OpenBrace)
        {
            string key = Excerpt.Of(HoconPath.Of(keys).ToString());
            throw behind.Kind is TokenKind.Newline or TokenKind.End or TokenKind.Comma or TokenKind.CloseBrace
                ? new HoconException(keyOrigin, $"{key} has no value; write {key} = value")
                : Error($"{_token.Described} cannot stand in a key; put the key in double quotes, or write {key} = value");
        }

        bool append = separator == TokenKind.PlusEqual;
        Node value = ParseValueAt(keys, append);
        Assign(node, keys, expression.Origins, append ? new AppendNode(value.Origin, [value]) : value);
    }

    private PathExpression ReadKey()
    {
        var expression = new PathExpression(_context.Name);
        while (_token.Kind is TokenKind.Quoted or TokenKind.Unquoted)
        {
            expression.Add(_token);
            Advance();
        }

        return expression;
    }

    private Node ParseValueAt(string[] keys, bool inList)
    {
        Enter(keys.Length - 1);
        _loader.CountValues(keys.Length);
        _location.AddRange(keys);
        _listDepth += inList ? 1 : 0;
        Node value = ParseValue();
        _listDepth -= inList ? 1 : 0;
        _location.RemoveRange(_location.Count - keys.Length, keys.Length);
        _depth -= keys.Length - 1;
        return value;
    }

    /// <summary><c>a.b = 1</c> is <c>a { b = 1 }</c>.</summary>
    private static void Assign(ObjectNode node, string[] keys, IReadOnlyList<HoconOrigin> origins, Node value)
    {
        for (int i = keys.Length - 1; i > 0; i--)
        {
            var outer = new ObjectNode(origins[i]);
            outer.Assign(keys[i], new Layer(origins[i], value));
            value = outer;
        }

        node.Assign(keys[0], new Layer(origins[0], value));
    }

    private void ParseInclude(ObjectNode node)
    {
        HoconOrigin origin = Here();
        Advance();
        SkipNewlines();
        string opening = ReadUnquotedRun();
        if (_token.Kind != TokenKind.Quoted)
        {
            throw new HoconException(
                origin, "include needs a file name in double quotes: include \"file.conf\"; a key of this name is written \"include\"");
        }

        var request = new IncludeRequest(origin, _token.Text, Required: opening is "required(" or "required(file(");
        Advance();
        string closing = ReadUnquotedRun();
        RefuseForm(origin, opening, closing);
        bool inList = _listDepth > 0;
        if (_loader.Include(request, _context, HoconPath.Of([.. _location]), inList) is { } included)
        {
            node.Merge(included);
        }
    }

    private string ReadUnquotedRun()
    {
        var run = new StringBuilder();
        while (_token.Kind == TokenKind.Unquoted)
        {
            run.Append(_token.Text);
            Advance();
        }

        return run.ToString();
    }

    private static void RefuseForm(HoconOrigin origin, string opening, string closing)
    {
        if (opening.Contains("url(", StringComparison.Ordinal) || opening.Contains("classpath(", StringComparison.Ordinal))
        {
            throw new HoconException(origin, "include url(...) and classpath(...) are not supported; include a file: include file(\"file.conf\")");
        }

        bool balanced = (opening, closing) is ("", "") or ("file(", ")") or ("required(", ")") or ("required(file(", "))");
        if (!balanced)
        {
            throw new HoconException(
                origin, "this include is malformed; write include \"f\", include file(\"f\"), include required(\"f\") or include required(file(\"f\"))");
        }
    }
}
