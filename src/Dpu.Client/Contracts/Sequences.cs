using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>Something that can be run.</summary>
/// <param name="Available">False when one of its programs cannot be found; <paramref name="Reason"/> says which, and what to do.</param>
public sealed record SequenceInfo(string Name, string Description, bool Available, string? Reason)
{
    /// <summary>Packages (Debian's names) that have programs which it runs, there or not; empty when it needs none beside the DPU itself, null from a DPU that does not tell.</summary>
    public IReadOnlyList<string>? Packages { get; init; }

    /// <summary>Whether a recipe of it is known by name only, because its program is a third party's that no site has added here. It is not available then.</summary>
    public bool ThirdParty { get; init; }

    /// <summary>The recipe of which it is a variant: <c>SourceList</c> of <c>SourceList:sextractor</c>; null for everything else.</summary>
    public string? VariantOf { get; init; }

    /// <summary>Names of other ways to run the same recipe: <c>SourceList:sextractor</c>; null from a DPU that does not tell.</summary>
    public IReadOnlyList<string>? Variants { get; init; }
}

/// <summary>With what a sequence can be run; one entry per recipe of the chain.</summary>
public sealed record SequenceOptions(string Sequence, IReadOnlyList<RecipeOptions> Steps);

public sealed record RecipeOptions(string Recipe, IReadOnlyList<RecipeOption> Options)
{
    /// <summary>What its option <c>pars</c> can set; empty when it takes none, or does not say; null from a DPU that does not tell.</summary>
    public IReadOnlyList<RecipeParameter>? Parameters { get; init; }

    /// <summary>Names of other ways to run it: <c>SourceList:sextractor</c>; null from a DPU that does not tell.</summary>
    public IReadOnlyList<string>? Variants { get; init; }
}

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

/// <summary>One process parameter of a recipe, which the option <c>pars</c> sets by name.</summary>
/// <param name="Name">Such as <c>BiasFrame.process_params.SIGMA_CLIP</c>.</param>
/// <param name="Default">Its value when it is not given, as text; null for none.</param>
public sealed record RecipeParameter(string Name, string? Default, string Help);
