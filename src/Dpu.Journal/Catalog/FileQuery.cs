using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Catalog;

namespace Dpu.Journal.Catalog;

/// <summary>
/// A query for files as people write it: terms joined by spaces, all of which must hold. <c>type=bias chip=ccd5? coadd</c>
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>key=value</c>: a metadata key, or one of <c>type id name path job step committed</c>. <c>?</c> and <c>*</c> match.</item>
/// <item>a word alone: part of the name, or the id.</item>
/// <item>Double quotes hold spaces, tabs and newlines together, as in <c>object="M 31"</c> or <c>"object=M 31"</c>; inside them a backslash makes the next
/// character plain, and <c>\n</c> and <c>\t</c> are newline and tab. Outside quotes nothing is special but space and quote: <c>patch=8,6</c>.</item>
/// </list>
/// </remarks>
/// <param name="Conditions">Terms with a key.</param>
/// <param name="Words">Terms without one.</param>
public sealed record FileQuery(ImmutableArray<FileCondition> Conditions, ImmutableArray<string> Words)
{
    /// <exception cref="FormatException">A quote is not closed, or a term has no key before its equals sign.</exception>
    public static FileQuery Parse(string text)
    {
        var conditions = ImmutableArray.CreateBuilder<FileCondition>();
        var words = ImmutableArray.CreateBuilder<string>();
        var position = 0;
        while (ReadTerm(text, ref position) is { } term)
        {
            if (term.EqualsAt < 0)
            {
                words.Add(term.Text);
            }
            else if (term.EqualsAt == 0)
            {
                throw new FormatException($"'{term.Text}' has no key before its '='.");
            }
            else
            {
                conditions.Add(new FileCondition(term.Text[..term.EqualsAt], term.Text[(term.EqualsAt + 1)..]));
            }
        }

        return new FileQuery(conditions.ToImmutable(), words.ToImmutable());
    }

    private static (string Text, int EqualsAt)? ReadTerm(string text, ref int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        if (position == text.Length)
        {
            return null;
        }

        var term = new StringBuilder();
        while (position < text.Length && !char.IsWhiteSpace(text[position]))
        {
            if (text[position] == '"')
            {
                ReadQuoted(text, ref position, term);
            }
            else
            {
                term.Append(text[position++]);
            }
        }

        var whole = term.ToString();
        return (whole, whole.IndexOf('=', StringComparison.Ordinal));
    }

    private static void ReadQuoted(string text, ref int position, StringBuilder term)
    {
        var opened = position++;
        while (position < text.Length && text[position] != '"')
        {
            var escaped = text[position] == '\\' && position + 1 < text.Length;
            if (escaped)
            {
                position++;
            }

            term.Append((escaped, text[position]) switch
            {
                (true, 'n') => '\n',
                (true, 't') => '\t',
                var (_, plain) => plain,
            });
            position++;
        }

        if (position == text.Length)
        {
            throw new FormatException($"The quote at character {opened + 1} of the query is not closed.");
        }

        position++;
    }
}
