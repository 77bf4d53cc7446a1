using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>Something that can be run.</summary>
/// <param name="Available">False when one of its programs cannot be found; <paramref name="Reason"/> says which.</param>
public sealed record SequenceInfo(string Name, string Description, bool Available, string? Reason);

/// <summary>With what a sequence can be run; one entry per recipe of the chain.</summary>
public sealed record SequenceOptions(string Sequence, IReadOnlyList<RecipeOptions> Steps);

public sealed record RecipeOptions(string Recipe, IReadOnlyList<RecipeOption> Options);

/// <summary>One option of a recipe.</summary>
/// <param name="ShortName">Null when it has no short name.</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>flag</c>, <c>date</c>, <c>map</c> or <c>list</c>.</param>
/// <param name="Default">Null for none.</param>
public sealed record RecipeOption(
    [property: JsonPropertyName("long")] string LongName,
    [property: JsonPropertyName("short")] string? ShortName,
    string Type,
    JsonElement? Default,
    bool Required,
    string Help);
