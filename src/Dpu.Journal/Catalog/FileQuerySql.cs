using System.Collections.Immutable;
using System.Text;
using Dpu.Domain.Catalog;
using Dpu.Domain.Planning;
using Dpu.Journal.Sqlite;
using Dpu.Journal.Views;

namespace Dpu.Journal.Catalog;

/// <summary>
/// Writes a query as a condition over <c>files f</c>, with a mark for each value. It is never NULL, so that <c>NOT</c> means what it says, and gives the answer of
/// <see cref="FileQuery.Matches"/> for every file.
/// </summary>
internal sealed class FileQuerySql
{
    /// <summary>What the marks stand for, in order: texts and numbers.</summary>
    public List<object> Values { get; } = [];

    public string Of(FileQuery query) => query switch
    {
        FileQuery.All { Terms.IsEmpty: true } => "1",
        FileQuery.All all => $"({string.Join(" AND ", all.Terms.Select(Of))})",
        FileQuery.AnyOf any => $"({string.Join(" OR ", any.Terms.Select(Of))})",
        FileQuery.Not not => $"NOT {Of(not.Term)}",
        FileQuery.Word word => $"(f.id = {Mark(word.Text)} OR f.name GLOB {Mark($"*{Glob(word.Text)}*")})",
        FileQuery.Has has => ColumnOf(has.Key) is { } column
            ? $"({column} IS NOT NULL AND {Test(has, column, number: null)})"
            : OfMetadata(has.Key, () => Test(has, "m.text", "m.number")),
        FileQuery.Compared compared => ColumnOf(compared.Key) is { } column
            ? $"({column} IS NOT NULL AND {Side(column, compared.Order, compared.Value)})"
            : OfMetadata(compared.Key, () => Side("m.text", compared.Order, compared.Value)),
        _ => throw new InvalidOperationException($"There is no query {query.GetType().Name}."),
    };

    /// <summary>A file has this key, with a text that fits.</summary>
    public string OfMetadata(FileCondition condition) => OfMetadata(condition.Key, () => $"m.text {Match(condition.Pattern)}");

    private string OfMetadata(string key, Func<string> test) =>
        $"EXISTS (SELECT 1 FROM file_metadata m WHERE m.file_id = f.id AND m.key = {Mark(key)} AND {test()})";

    private string Test(FileQuery.Has has, string text, string? number)
    {
        var texts = has.Values.OfType<QueryValue.Pattern>().Where(static pattern => !Wildcard.IsPattern(pattern.Text)).Select(static pattern => pattern.Text).ToImmutableArray();
        var tests = new List<string>();
        if (!texts.IsEmpty)
        {
            tests.Add(texts is [var one] ? $"{text} = {Mark(one)}" : $"{text} IN (SELECT value FROM json_each({Mark(ViewText.OfTags(texts))}))");
        }

        foreach (var value in has.Values)
        {
            tests.AddRange(value switch
            {
                QueryValue.Range range => [$"({Side(text, QueryOrder.AtLeast, range.From)} AND {Side(text, QueryOrder.AtMost, range.To)})"],
                QueryValue.Pattern pattern when Wildcard.IsPattern(pattern.Text) => [$"{text} {Match(pattern.Text)}"],
                QueryValue.Pattern pattern when number is not null && ValueOrder.NumberOf(pattern.Text) is { } asked => [$"{number} IS {Mark(asked)}"],
                _ => Array.Empty<string>(),
            });
        }

        return $"{(has.Negated ? "NOT " : "")}({string.Join(" OR ", tests)})";
    }

    private string Side(string text, QueryOrder order, string value) => $"{ValueFunctions.Compare}({text}, {Mark(value)}) " + order switch
    {
        QueryOrder.Less => "< 0",
        QueryOrder.AtMost => "<= 0",
        QueryOrder.More => "> 0",
        QueryOrder.AtLeast => ">= 0",
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, null),
    };

    private string Match(string pattern) => Wildcard.IsPattern(pattern) ? $"GLOB {Mark(Glob(pattern))}" : $"= {Mark(pattern)}";

    private string Mark(object value)
    {
        Values.Add(value);
        return "?";
    }

    /// <summary>SQLite's GLOB knows brackets too; here they stand for themselves.</summary>
    private static string Glob(string pattern) => new StringBuilder(pattern).Replace("[", "[[]").ToString();

    /// <summary>The column of one of <see cref="FileKeys.Names"/>, as text.</summary>
    private static string? ColumnOf(string key) => key switch
    {
        "type" => "f.type",
        "id" => "f.id",
        "name" => "f.name",
        "path" => "f.path",
        "step" => "f.step",
        "job" => "CAST(f.job_id AS TEXT)",
        "committed" => "CASE f.committed WHEN 1 THEN 'true' ELSE 'false' END",
        _ => null,
    };
}
