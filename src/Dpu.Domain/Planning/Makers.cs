using System.Collections.Immutable;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Where files of a type come from.</summary>
internal static class Makers
{
    /// <summary><c>run Bias first, with commit</c>, or <c>ingest it first</c> for what no recipe makes.</summary>
    public static string HowToGet(ImmutableArray<string> types, RecipeCatalog catalog)
    {
        var recipes = types.SelectMany(catalog.MakersOf).Select(recipe => recipe.Name).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return recipes.IsEmpty ? "no recipe makes that, ingest it first" : $"run {Wording.Or(recipes)} first, with commit";
    }
}
