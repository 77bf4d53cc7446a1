using System.Collections.Immutable;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>The recipes that can be run, by name. Names are compared exactly.</summary>
public sealed class RecipeCatalog
{
    private readonly ImmutableSortedDictionary<string, Recipe> _byName;

    public RecipeCatalog(IEnumerable<Recipe> recipes) =>
        _byName = recipes.ToImmutableSortedDictionary(recipe => recipe.Name, recipe => recipe, StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Recipe> Recipes => _byName.Values;

    public int Count => _byName.Count;

    /// <summary>The recipe of this name, or null.</summary>
    public Recipe? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The known name that looks most like this one, or null when none is near.</summary>
    public string? Nearest(string name) => NearestName.Find(name, _byName.Keys);

    /// <summary>The recipes that declare an output of this type.</summary>
    public IEnumerable<Recipe> MakersOf(string type) => Recipes.Where(recipe => recipe.Makes(type));

    internal SubmissionError Unknown(string name)
    {
        var nearest = Nearest(name);
        var hint = nearest is null ? "; 'dpu sequences' lists what there is" : $"; did you mean '{nearest}'?";
        return new SubmissionError(SubmissionErrors.UnknownRecipe, $"There is no recipe '{name}'{hint}", Suggestion: nearest);
    }
}
