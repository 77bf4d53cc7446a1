using Dpu.Domain.Recipes;

namespace Dpu.Service.Shipping;

/// <summary>A version of the recipes that is installed.</summary>
/// <param name="Declared">What it declares, the usual declarations below it included.</param>
/// <param name="Catalog">The same, read.</param>
/// <param name="SearchPath">Where its programs are, before the node's own path; null for nowhere else.</param>
public sealed record RecipeVersion(RecipeDeclarations Declared, RecipeCatalog Catalog, string? SearchPath)
{
    /// <summary>The search path of its tasks on a node with this one.</summary>
    internal string SearchPathOver(string searchPath) => SearchPath is null ? searchPath : $"{SearchPath}:{searchPath}";
}
