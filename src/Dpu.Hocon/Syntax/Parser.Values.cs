namespace Dpu.Hocon.Syntax;

/// <summary>Values and their concatenation.</summary>
internal sealed partial class Parser
{
    private Node ParseValue()
    {
        SkipNewlines();
        HoconOrigin origin = Here();
        var pieces = new List<Piece>();
        while (TryParsePiece() is { } piece)
        {
            // Whitespace before the first part belongs to no value.
            pieces.Add(pieces.Count == 0 ? piece with { Space = "" } : piece);
        }

        return pieces.Count switch
        {
            0 => throw Error(NoValue()),
            1 => pieces[0].Node,
            _ => Joined(origin, pieces),
        };
    }

    private string NoValue() => _token.Kind switch
    {
        TokenKind.End or TokenKind.Comma or TokenKind.CloseBrace or TokenKind.CloseBracket =>
            $"expected a value but found {_token.Described}; an empty text is written \"\"",
        _ => $"{_token.Described} cannot begin a value; put the value in double quotes",
    };

    private Piece? TryParsePiece()
    {
        string space = _token.Space;
        Node? node = _token.Kind switch
        {
            TokenKind.Quoted => Scalar(HoconScalarKind.Text),
            TokenKind.Unquoted => Scalar(KindOf(_token.Text)),
            TokenKind.Substitution => ParseSubstitution(optional: false),
            TokenKind.OptionalSubstitution => ParseSubstitution(optional: true),
            TokenKind.OpenBrace => ParseObject(),
            TokenKind.OpenBracket => ParseArray(),
            _ => null,
        };
        if (node is null)
        {
            return null;
        }

        _loader.CountValues(1);
        return new Piece(space, node);
    }

    private ScalarNode Scalar(HoconScalarKind kind)
    {
        var node = new ScalarNode(new HoconScalar(kind, _token.Text, Here()));
        Advance();
        return node;
    }

    private static HoconScalarKind KindOf(string text) => text switch
    {
        "true" or "false" => HoconScalarKind.Boolean,
        "null" => HoconScalarKind.Null,
        _ => JsonNumber.Matches(text) ? HoconScalarKind.Number : HoconScalarKind.Text,
    };

    private SubstitutionNode ParseSubstitution(bool optional)
    {
        HoconOrigin origin = Here();
        if (_context.InList)
        {
            throw Error("a file that is included inside a list cannot contain substitutions; include it outside the list and refer to it");
        }

        Advance();
        PathExpression expression = ReadKey();
        if (_token.Kind != TokenKind.CloseBrace)
        {
            throw Error($"found {_token.Described} where '}}' should close the substitution; a path in it is written ${{a.b}}, special characters in double quotes");
        }

        string[] keys = expression.Finish(_token);
        Advance();
        return new SubstitutionNode(origin, HoconPath.Of(keys), optional, _context.Scopes);
    }

    /// <summary>Joins at once what needs no substitution; the rest waits for the resolver.</summary>
    private static Node Joined(HoconOrigin origin, List<Piece> pieces)
    {
        if (pieces.TrueForAll(piece => piece.Node is ScalarNode))
        {
            string text = string.Concat(pieces.Select(piece => piece.Space + ((ScalarNode)piece.Node).Scalar.Text));
            return new ScalarNode(new HoconScalar(HoconScalarKind.Text, text, origin));
        }

        if (pieces.TrueForAll(piece => piece.Node is ObjectNode))
        {
            var merged = (ObjectNode)pieces[0].Node;
            pieces.Skip(1).ToList().ForEach(piece => merged.Merge((ObjectNode)piece.Node));
            return merged;
        }

        return pieces.TrueForAll(piece => piece.Node is ArrayNode)
            ? new ArrayNode(origin, [.. pieces.SelectMany(piece => ((ArrayNode)piece.Node).Items)])
            : new ConcatenationNode(origin, pieces);
    }
}
