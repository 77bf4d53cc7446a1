namespace Dpu.Hocon.Syntax;

internal enum TokenKind
{
    End,
    Newline,
    Comma,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Colon,
    Equal,
    PlusEqual,
    Quoted,
    Unquoted,
    Substitution,
    OptionalSubstitution,
}

/// <summary>
/// One token with the whitespace before it: between the parts of a concatenation that whitespace is part of the value.
/// </summary>
internal readonly record struct Token(TokenKind Kind, string Text, string Space, int Line, int Column)
{
    /// <summary>The token as a person would name it.</summary>
    public string Described => Kind switch
    {
        TokenKind.End => "the end of the text",
        TokenKind.Newline => "the end of the line",
        TokenKind.Quoted => HoconJson.Quote(Excerpt.Of(Text)),
        _ => $"'{Excerpt.Of(Text)}'",
    };
}
