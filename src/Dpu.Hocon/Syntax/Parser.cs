namespace Dpu.Hocon.Syntax;

/// <summary>Recursive descent over the tokens of one text; what it yields is not resolved yet.</summary>
internal sealed partial class Parser
{
    private readonly Lexer _lexer;
    private readonly DocumentContext _context;
    private readonly SourceLoader _loader;
    private readonly List<string> _location;
    private Token _token;
    private int _depth;
    private int _listDepth;

    public Parser(string text, DocumentContext context, SourceLoader loader)
    {
        _lexer = new Lexer(text, context.Name);
        _context = context;
        _loader = loader;
        _location = [.. context.Root.Elements];
        _depth = _location.Count;
        _token = _lexer.Next();
    }

    /// <summary>A whole document: an object with or without braces, or an array.</summary>
    public Node ParseDocument()
    {
        SkipNewlines();
        Node root = _token.Kind switch
        {
            TokenKind.OpenBrace => ParseObject(),
            TokenKind.OpenBracket => ParseArray(),
            _ => ParseFields(new ObjectNode(Here()), TokenKind.End),
        };
        SkipNewlines();
        return _token.Kind == TokenKind.End
            ? root
            : throw Error($"found {_token.Described} behind the end of the document; the outermost braces or brackets close here");
    }

    /// <summary>One assignment, as on a command line.</summary>
    public ObjectNode ParseAssignment()
    {
        var root = new ObjectNode(Here());
        PathExpression expression = ReadKey();
        string[] keys = expression.Finish(_token);
        if (_token.Kind is not (TokenKind.Equal or TokenKind.Colon or TokenKind.PlusEqual))
        {
            throw Error($"found {_token.Described} where '=' should stand; write key=value");
        }

        Token separator = _token;
        Advance();
        Node value = _token.Kind == TokenKind.End
            ? new ScalarNode(new HoconScalar(HoconScalarKind.Text, "", Here()))
            : ParseValueAt(keys, inList: separator.Kind == TokenKind.PlusEqual);
        if (_token.Kind != TokenKind.End)
        {
            throw Error($"found {_token.Described} behind the value; put the value in double quotes");
        }

        Assign(root, keys, expression.Origins, separator.Kind == TokenKind.PlusEqual ? new AppendNode(value.Origin, [value]) : value);
        return root;
    }

    private ObjectNode ParseObject()
    {
        var node = new ObjectNode(Here());
        Enter(1);
        Advance();
        ParseFields(node, TokenKind.CloseBrace);
        Advance();
        _depth--;
        return node;
    }

    private ObjectNode ParseFields(ObjectNode node, TokenKind close)
    {
        ParseItems(close, node.Origin, () => ParseField(node));
        return node;
    }

    private ArrayNode ParseArray()
    {
        var node = new ArrayNode(Here(), []);
        Enter(1);
        _listDepth++;
        Advance();
        ParseItems(TokenKind.CloseBracket, node.Origin, () => node.Items.Add(ParseValue()));
        Advance();
        _listDepth--;
        _depth--;
        return node;
    }

    /// <summary>Fields or elements with the commas and newlines between them, up to but not including the closing token.</summary>
    private void ParseItems(TokenKind close, HoconOrigin open, Action parseItem)
    {
        while (true)
        {
            SkipNewlines();
            if (_token.Kind == close)
            {
                return;
            }

            RefuseStray(close, open);
            parseItem();
            bool newline = SkipNewlines();
            if (_token.Kind == TokenKind.Comma)
            {
                Advance();
            }
            else if (!newline && _token.Kind != close)
            {
                RefuseStray(close, open);
                throw Error(MissingSeparator());
            }
        }
    }

    private void RefuseStray(TokenKind close, HoconOrigin open)
    {
        switch (_token.Kind)
        {
            case TokenKind.Comma:
                throw Error("a comma with nothing before it; a single comma stands between two values or behind the last one");
            case TokenKind.End:
                char brace = close == TokenKind.CloseBrace ? '}' : ']';
                throw new HoconException(
                    open, $"this {(brace == '}' ? "object" : "array")} is never closed; add '{brace}' (the text ends at line {_token.Line})");
            case TokenKind.CloseBrace or TokenKind.CloseBracket:
                throw Error($"{_token.Described} closes nothing that is open here; remove it, or add what it should close");
        }
    }

    private string MissingSeparator() => _token.Kind switch
    {
        TokenKind.Colon or TokenKind.Equal or TokenKind.PlusEqual =>
            $"{_token.Described} cannot stand in unquoted text; put the value in double quotes, or put a comma or a new line before the next key",
        _ => $"expected a comma or a new line but found {_token.Described}",
    };

    private void Advance() => _token = _lexer.Next();

    private bool SkipNewlines()
    {
        bool any = false;
        while (_token.Kind == TokenKind.Newline)
        {
            any = true;
            Advance();
        }

        return any;
    }

    private void Enter(int levels)
    {
        _depth += levels;
        if (_depth > _loader.Options.DepthMax)
        {
            throw Error($"nested more than {_loader.Options.DepthMax} levels deep; flatten it");
        }
    }

    private HoconOrigin Here() => new(_context.Name, _token.Line, _token.Column);

    private HoconException Error(string problem) => new(Here(), problem);
}
