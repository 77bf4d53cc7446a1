using System.Collections.Immutable;
using System.Text;

namespace Dpu.Domain.Templates;

/// <summary>
/// A text with places that are filled in for each task: <c>{name}</c> stands for a value, <c>{{</c> and <c>}}</c> for a brace. Values go in
/// as they are, and what went in is never looked at again.
/// </summary>
internal sealed class Template
{
    private Template(string text, ImmutableArray<TemplatePart> parts) => (Text, Parts) = (text, parts);

    /// <summary>As it is written in the declaration.</summary>
    public string Text { get; }

    /// <summary>What stands for itself, and what stands for a value, in order.</summary>
    public ImmutableArray<TemplatePart> Parts { get; }

    /// <summary>The names that it needs, as often as they stand there.</summary>
    public IEnumerable<string> Names => Parts.Where(part => part.IsName).Select(part => part.Text);

    /// <summary>A template that gives exactly this text.</summary>
    public static string Literal(string text) =>
        text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    /// <exception cref="TemplateException">A brace has no partner, or nothing stands between two.</exception>
    public static Template Parse(string text)
    {
        var parts = ImmutableArray.CreateBuilder<TemplatePart>();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is not ('{' or '}'))
            {
                literal.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == text[at])
            {
                literal.Append(text[at++]);
            }
            else
            {
                AddLiteral(parts, literal);
                var end = EndOfName(text, at);
                parts.Add(new TemplatePart(text[(at + 1)..end], IsName: true));
                at = end;
            }
        }

        AddLiteral(parts, literal);
        return new Template(text, parts.ToImmutable());
    }

    /// <summary>The text with every name replaced by its value.</summary>
    public string Fill(Func<string, string> valueOf) =>
        string.Concat(Parts.Select(part => part.IsName ? valueOf(part.Text) : part.Text));

    private static int EndOfName(string text, int start)
    {
        var end = text[start] == '{' ? text.IndexOfAny(['{', '}'], start + 1) : -1;
        return end > start + 1 && text[end] == '}'
            ? end
            : throw new TemplateException($"the brace at character {start + 1} encloses no name; {{{{ and }}}} stand for braces");
    }

    private static void AddLiteral(ImmutableArray<TemplatePart>.Builder parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new TemplatePart(literal.ToString(), IsName: false));
            literal.Clear();
        }
    }
}

/// <summary>A part of a template: a text that stands for itself, or the name of a value.</summary>
internal readonly record struct TemplatePart(string Text, bool IsName);
