using Dpu.Domain.Recipes;
using Dpu.Domain.Shipping;

namespace Dpu.Actors.Frontend;

/// <summary>The recipes that one submission can name.</summary>
/// <param name="Catalog">What there is.</param>
/// <param name="WhyUnavailable">Why a recipe cannot run here, or null.</param>
public sealed record RecipeSet(RecipeCatalog Catalog, Func<Recipe, string?> WhyUnavailable);

/// <summary>The seam to recipes beside the usual ones: versions that are installed, and those that users ship. Safe for use by several threads.</summary>
public interface IRecipeShelf
{
    /// <summary>The recipes of a job with this version and this code, or every reason against it.</summary>
    /// <param name="version">Null for the usual one.</param>
    /// <param name="code">Null for released code.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Checked<RecipeSet> Find(string? version, ShippedCode? code, CancellationToken cancellationToken);
}
