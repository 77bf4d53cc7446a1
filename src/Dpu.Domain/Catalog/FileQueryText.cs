using System.Collections.Immutable;
using System.Text;

namespace Dpu.Domain.Catalog;

/// <summary>Writes queries.</summary>
public static class FileQueryText
{
    /// <summary>A text in quotes: whatever it holds, it is read back as it is (<c>?</c> and <c>*</c> still match).</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '\\' => "\\\\",
                '"' => "\\\"",
                '\n' => "\\n",
                '\t' => "\\t",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    internal static string Write(FileQuery query) => query switch
    {
        FileQuery.All all => string.Join(' ', all.Terms.Select(Inside)),
        FileQuery.AnyOf any => string.Join(" or ", any.Terms.Select(Inside)),
        FileQuery.Not not => $"not {Inside(not.Term)}",
        FileQuery.Word word => Plain(word.Text),
        FileQuery.Has has => $"{Plain(has.Key)}{(has.Negated ? "!=" : "=")}{Values(has.Values)}",
        FileQuery.Compared compared => $"{Plain(compared.Key)}{Operator(compared.Order)}{Literal(compared.Value)}",
        _ => throw new InvalidOperationException($"There is no query {query.GetType().Name}."),
    };

    private static string Inside(FileQuery query) => query is FileQuery.All or FileQuery.AnyOf ? $"({Write(query)})" : Write(query);

    private static string Values(ImmutableArray<QueryValue> values) =>
        values is [var one] ? Value(one) : $"({string.Join('|', values.Select(Value))})";

    private static string Value(QueryValue value) => value switch
    {
        QueryValue.Pattern pattern => Plain(pattern.Text),
        QueryValue.Range range => $"{Literal(range.From)}..{Literal(range.To)}",
        _ => throw new InvalidOperationException($"There is no value {value.GetType().Name}."),
    };

    private static string Operator(QueryOrder order) => order switch
    {
        QueryOrder.Less => "<",
        QueryOrder.AtMost => "<=",
        QueryOrder.More => ">",
        QueryOrder.AtLeast => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, null),
    };

    /// <summary>Where a pattern would be refused, <c>?</c> and <c>*</c> stand in quotes.</summary>
    private static string Literal(string text) => Planning.Wildcard.IsPattern(text) ? Quote(text) : Plain(text);

    /// <summary>As it is where nothing in it could mean anything, in quotes otherwise.</summary>
    private static string Plain(string text) =>
        text.Length > 0
        && text.All(static c => char.IsLetterOrDigit(c) || "-_.,:/#+?*".Contains(c, StringComparison.Ordinal))
        && !text.Contains("..", StringComparison.Ordinal)
        && text[^1] != '.'
        && text[0] != '.'
        && !FileQueryParser.IsKeyword(text)
            ? text
            : Quote(text);
}
