using System.Collections.Immutable;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>Where files of a type come from.</summary>
internal static class Makers
{
    /// <summary>How the types of what cameras give begin; some recipes make such files too, of others.</summary>
    private const string Raw = "raw-";

    /// <summary><c>run Bias first, with commit</c>, or <c>ingest it first</c> for what no recipe makes and for what cameras give.</summary>
    public static string HowToGet(ImmutableArray<string> types, RecipeCatalog catalog)
    {
        var makers = types.SelectMany(type => catalog.MakersOf(type).Select(recipe => (Recipe: recipe, Type: type))).ToImmutableArray();

        // What reads a file of its own kind first, such as one that mends a reduced frame, is of no help to somebody who has none.
        var first = makers.Where(maker => maker.Recipe.DividedInput?.Types.Contains(maker.Type, StringComparer.Ordinal) != true).ToImmutableArray();
        var recipes = (first.IsEmpty ? makers : first).Select(maker => maker.Recipe.Name).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return recipes.IsEmpty ? "no recipe makes that, ingest it first"
            : types.All(type => type.StartsWith(Raw, StringComparison.Ordinal)) ? $"ingest it first, or run {Wording.Or(recipes)}, with commit"
            : $"run {Wording.Or(recipes)} first, with commit";
    }
}
