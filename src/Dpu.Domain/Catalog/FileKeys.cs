using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Catalog;

/// <summary>The keys of a query that are no metadata but facts of the file itself. They hide a metadata key of the same name.</summary>
public static class FileKeys
{
    public static ImmutableArray<string> Names { get; } = ["type", "id", "name", "path", "job", "step", "committed"];

    private static readonly ImmutableArray<string> Truths = ["true", "false"];

    /// <summary>Why no file can have such a value at a key, so that asking for it is a mistake; null when one could.</summary>
    internal static string? WhyNever(string key, QueryValue value) =>
        key == "committed" && !Truths.Any(truth => value.Fits(MetadataValue.Of(truth)))
            ? $"'committed' is true or false, never '{(value as QueryValue.Pattern)?.Text ?? "a range"}'"
            : null;

    /// <summary>The value at a key, or null when the file has none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">One of <see cref="Names"/>, or a metadata key.</param>
    /// <param name="step">Name of the step that made the file; null for what was ingested.</param>
    internal static MetadataValue? ValueOf(CatalogFile file, string key, string? step) => key switch
    {
        "type" => MetadataValue.Of(file.Type),
        "id" => MetadataValue.Of(file.Id),
        "name" => MetadataValue.Of(file.Name),
        "path" => MetadataValue.Of(file.Path),
        "job" => file.MadeBy is { } attempt ? MetadataValue.Of(attempt.Job.Value.ToString(CultureInfo.InvariantCulture)) : null,
        "step" => step is null ? null : MetadataValue.Of(step),
        "committed" => MetadataValue.Of(file.Committed ? "true" : "false"),
        _ => file.Metadata.GetValueOrDefault(key),
    };
}
