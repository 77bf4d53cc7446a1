using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>A file with values. Steps are divided over rows; what a query prints may have the same file in the rows of several groups.</summary>
/// <param name="File">The file.</param>
/// <param name="Values">Its metadata, or what the query printed for this row over it.</param>
public sealed record InputRow(CatalogFile File, ImmutableSortedDictionary<string, MetadataValue> Values)
{
    /// <summary>A file of the catalog with its metadata.</summary>
    public static InputRow Of(CatalogFile file) => new(file, file.Metadata);

    /// <summary>Whether a query holds, for the row's values.</summary>
    internal bool Fits(FileQuery query) => query.Matches(File with { Metadata = Values });

    /// <summary>Whether a selection means it: types, conditions and query.</summary>
    internal bool Fits(FileSelection selection) =>
        selection.Types.Contains(File.Type, StringComparer.Ordinal) && selection.Conditions.All(Fits) && (selection.Query is null || Fits(selection.Query))
        && selection.Scope?.Includes(File) != false;

    /// <summary>Whether a condition holds.</summary>
    internal bool Fits(FileCondition condition) => TextOf(condition.Key) is { } text && Wildcard.Matches(condition.Pattern, text);

    /// <summary>The text of a value, or null.</summary>
    public string? TextOf(string key) => Values.GetValueOrDefault(key)?.Text;
}
