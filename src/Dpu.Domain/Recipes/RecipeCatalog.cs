using System.Collections.Immutable;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>The recipes and pipelines that can be run, by name: both share one namespace. Names are compared exactly.</summary>
public sealed class RecipeCatalog
{
    private readonly ImmutableSortedDictionary<string, Recipe> _byName;
    private readonly ImmutableSortedDictionary<string, Pipeline> _pipelines;

    public RecipeCatalog(IEnumerable<Recipe> recipes, IEnumerable<Pipeline>? pipelines = null)
    {
        _byName = recipes.ToImmutableSortedDictionary(recipe => recipe.Name, recipe => recipe, StringComparer.Ordinal);
        _pipelines = (pipelines ?? []).ToImmutableSortedDictionary(pipeline => pipeline.Name, pipeline => pipeline, StringComparer.Ordinal);
    }

    /// <summary>In the order of their names; each variant is one of them.</summary>
    public IEnumerable<Recipe> Recipes => _byName.Values;

    public int Count => _byName.Count;

    /// <summary>In the order of their names.</summary>
    public IEnumerable<Pipeline> Pipelines => _pipelines.Values;

    /// <summary>The recipes, and those that steps of pipelines run.</summary>
    public IEnumerable<Recipe> AllThatRuns => Recipes.Concat(Pipelines.SelectMany(pipeline => pipeline.Steps).Select(step => step.Recipe));

    /// <summary>The pipeline of this name, or null.</summary>
    public Pipeline? FindPipeline(string name) => _pipelines.GetValueOrDefault(name);

    /// <summary>The recipe of this name, or null.</summary>
    public Recipe? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The known name that looks most like this one, or null when none is near.</summary>
    public string? Nearest(string name) => NearestName.Find(name, _byName.Keys.Concat(_pipelines.Keys));

    /// <summary>The same among recipes only.</summary>
    internal string? NearestRecipe(string name) => NearestName.Find(name, _byName.Keys);

    /// <summary>The recipes that declare an output of this type, without variants, which make what their recipe makes.</summary>
    public IEnumerable<Recipe> MakersOf(string type) => Recipes.Where(recipe => recipe.VariantOf is null && recipe.Makes(type));

    /// <summary>The variants of a recipe, in the order of their names.</summary>
    public IEnumerable<Recipe> VariantsOf(string recipe) => Recipes.Where(other => string.Equals(other.VariantOf, recipe, StringComparison.Ordinal));

    internal SubmissionError Unknown(string name)
    {
        if (RecipeVariants.RecipeOf(name) is { } recipe && Find(recipe) is not null)
        {
            return UnknownVariant(name, recipe);
        }

        var nearest = Nearest(name);
        var hint = nearest is null ? "; 'dpu sequences' lists what there is" : $"; did you mean '{nearest}'?";
        return new SubmissionError(SubmissionErrors.UnknownRecipe, $"There is no recipe '{name}'{hint}", Suggestion: nearest);
    }

    private SubmissionError UnknownVariant(string name, string recipe)
    {
        var known = VariantsOf(recipe).Select(variant => variant.Name).ToList();
        var nearest = NearestName.Find(name, known);
        var hint = nearest is not null ? $"did you mean '{nearest}'?"
            : known.Count == 0 ? "it has none"
            : $"there {(known.Count == 1 ? "is" : "are")} {string.Join(", ", known)}";
        return new SubmissionError(SubmissionErrors.UnknownRecipe, $"{recipe} has no variant '{name[(recipe.Length + 1)..]}'; {hint}", Suggestion: nearest);
    }
}
