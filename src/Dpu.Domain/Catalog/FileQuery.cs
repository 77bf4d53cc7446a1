using System.Collections.Immutable;

namespace Dpu.Domain.Catalog;

/// <summary>How a value is compared with one that was asked for.</summary>
public enum QueryOrder
{
    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    AtMost,

    /// <summary><c>&gt;</c></summary>
    More,

    /// <summary><c>&gt;=</c></summary>
    AtLeast,
}

/// <summary>
/// Which files of the catalog are meant, as people write it: <c>type=raw-science visit=903332..903346 (filter=HSC-R or not object="M 31")</c>
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>key=value</c>: a metadata key, or one of <c>type id name path job step committed</c>. <c>?</c> stands for one character, <c>*</c> for any run of
/// them. A number in the catalog is also found by another way to write it: <c>exptime=60.0</c>.</item>
/// <item><c>key=(a|b c|d?)</c>: one of several. <c>key=from..to</c>: a range, both ends included.</item>
/// <item><c>key!=value</c>: the file has the key, and with another value (another than each of a list, outside a range). Files without the key are found by
/// <c>not key=*</c>.</item>
/// <item><c>key&lt;value</c>, <c>&lt;=</c>, <c>&gt;</c>, <c>&gt;=</c>: see <see cref="ValueOrder"/>.</item>
/// <item>a word alone: part of the name, or the id.</item>
/// <item>Terms side by side must all hold; <c>and</c> may stand between them. <c>or</c> binds less, <c>not</c> more; parentheses group.</item>
/// <item>Double quotes hold spaces, tabs and newlines together, as in <c>object="M 31"</c> or <c>"object=M 31"</c>, and make lists, ranges, words and
/// parentheses plain text; inside them a backslash makes the next character plain, and <c>\n</c> and <c>\t</c> are newline and tab. A comma is never special:
/// <c>patch=8,6</c>.</item>
/// </list>
/// </remarks>
public abstract record FileQuery
{
    private FileQuery()
    {
    }

    /// <summary>The query that every file fits.</summary>
    public static FileQuery Everything { get; } = new All([]);

    /// <exception cref="FormatException">The text is no query; the message says at which character, and what would be right.</exception>
    public static FileQuery Parse(string text) => new FileQueryParser(text).Parse();

    /// <summary>Whether a file is meant. The catalog's SQL gives the same answer.</summary>
    /// <param name="file">A file of the catalog.</param>
    /// <param name="step">Name of the step that made it; null for what was ingested.</param>
    public bool Matches(CatalogFile file, string? step = null) => this switch
    {
        All all => all.Terms.All(term => term.Matches(file, step)),
        AnyOf any => any.Terms.Any(term => term.Matches(file, step)),
        Not not => !not.Term.Matches(file, step),
        Word word => file.Id == word.Text || Planning.Wildcard.Matches($"*{word.Text}*", file.Name),
        Has has => FileKeys.ValueOf(file, has.Key, step) is { } value && has.Values.Any(asked => asked.Fits(value)) != has.Negated,
        Compared compared => FileKeys.ValueOf(file, compared.Key, step) is { } value && ValueOrder.Holds(compared.Order, value.Text, compared.Value),
        _ => throw new InvalidOperationException($"There is no query {GetType().Name}."),
    };

    /// <summary>The query in its own language; parsing it gives one that means the same.</summary>
    public sealed override string ToString() => FileQueryText.Write(this);

    /// <summary>Each of these holds; without any, everything fits.</summary>
    public sealed record All(ImmutableArray<FileQuery> Terms) : FileQuery;

    /// <summary>At least one of these holds.</summary>
    public sealed record AnyOf(ImmutableArray<FileQuery> Terms) : FileQuery;

    /// <summary>This does not hold.</summary>
    public sealed record Not(FileQuery Term) : FileQuery;

    /// <summary>Part of the file's name, or its whole id.</summary>
    public sealed record Word(string Text) : FileQuery;

    /// <summary>The file has this key, with one of these values (or, negated, with none of them).</summary>
    public sealed record Has(string Key, ImmutableArray<QueryValue> Values, bool Negated) : FileQuery;

    /// <summary>The file has this key, and its value is on this side of another.</summary>
    public sealed record Compared(string Key, QueryOrder Order, string Value) : FileQuery;
}

/// <summary>What a value may be.</summary>
public abstract record QueryValue
{
    private QueryValue()
    {
    }

    public bool Fits(MetadataValue value) => this switch
    {
        Pattern pattern => Planning.Wildcard.Matches(pattern.Text, value.Text)
            || (value is MetadataValue.OfNumber number && ValueOrder.NumberOf(pattern.Text) is { } asked && number.Value.Equals(asked)),
        Range range => ValueOrder.Holds(QueryOrder.AtLeast, value.Text, range.From) && ValueOrder.Holds(QueryOrder.AtMost, value.Text, range.To),
        _ => throw new InvalidOperationException($"There is no value {GetType().Name}."),
    };

    /// <summary>A text with <c>?</c> and <c>*</c>.</summary>
    public sealed record Pattern(string Text) : QueryValue;

    /// <summary>Both ends belong to it.</summary>
    public sealed record Range(string From, string To) : QueryValue;
}
