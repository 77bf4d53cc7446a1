using Dpu.Client.Contracts;
using Dpu.Domain.Recipes;

namespace Dpu.Service.Http;

/// <summary>What is told of something that can be run, by its name.</summary>
/// <param name="recipes">What there is.</param>
/// <param name="whyNot">Why a recipe cannot run, or null.</param>
/// <param name="whyNotPipeline">The same of a pipeline, its query included.</param>
internal sealed class SequenceWords(RecipeCatalog recipes, Func<Recipe, string?> whyNot, Func<Pipeline, string?> whyNotPipeline)
{
    /// <param name="name">A recipe, a variant, a pipeline, or a chain of known recipes.</param>
    public SequenceInfo Of(string name) =>
        recipes.Find(name) is { } recipe ? Of(name, recipe.Description, [recipe], whyNot(recipe)) with
        {
            VariantOf = recipe.VariantOf,
            Variants = NamesOfVariants(recipe.Name, recipes),
        }
        : recipes.FindPipeline(name) is { } pipeline ? Of(name, pipeline.Description, [.. pipeline.Steps.Select(step => step.Recipe)], whyNotPipeline(pipeline))
        : OfChain(name, name.Split('>'));

    /// <summary>The other ways to run a recipe.</summary>
    public static IReadOnlyList<string> NamesOfVariants(string recipe, RecipeCatalog recipes) => [.. recipes.VariantsOf(recipe).Select(variant => variant.Name)];

    private SequenceInfo OfChain(string name, string[] chain)
    {
        Recipe[] steps = [.. chain.Select(recipes.Find).OfType<Recipe>()];
        return Of(name, string.Join(", then ", chain), steps, steps.Select(whyNot).FirstOrDefault(reason => reason is not null));
    }

    private static SequenceInfo Of(string name, string description, Recipe[] steps, string? reason) => new(name, description, reason is null, reason)
    {
        Packages = [.. steps.SelectMany(step => step.Needs).Select(need => need.Package).OfType<string>().Distinct(StringComparer.Ordinal)],
        ThirdParty = steps.Any(step => !step.IsAdded),
    };
}
