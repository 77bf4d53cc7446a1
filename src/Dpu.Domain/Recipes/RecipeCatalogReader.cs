using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads recipes from their declarations under <c>dpu.recipes</c>. An unknown key is an error.</summary>
public static class RecipeCatalogReader
{
    /// <summary>Where recipes are declared.</summary>
    public const string Section = "dpu.recipes";

    /// <param name="recipes">The object at <see cref="Section"/>.</param>
    /// <param name="usualRetry">How often a task is tried where its recipe says nothing.</param>
    /// <param name="programs">The object at <see cref="RecipeDeclarations.ProgramsSection"/>; null for none.</param>
    /// <returns>The catalog, or the first error of each recipe that has one.</returns>
    public static Declared<RecipeCatalog> Read(HoconObject recipes, RetryRules usualRetry, HoconObject? programs = null)
    {
        var read = ImmutableArray.CreateBuilder<Recipe>();
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var field in recipes.Fields.Where(field => field.Value is not HoconScalar { IsNull: true }))
        {
            try
            {
                foreach (var recipe in ProgramParameters.Under(RecipeVariants.Expand(new HoconObject([NameChecked(field)], recipes.Origin)), programs).Fields)
                {
                    read.Add(ReadOne(recipe, usualRetry));
                }
            }
            catch (HoconException error)
            {
                // Several unknown keys come as one error, a line each. A recipe's mistake is told once, not again for each of its variants.
                errors.AddRange(error.Message.Split('\n'));
            }
        }

        return errors.Count == 0
            ? new Declared<RecipeCatalog>.Valid(new RecipeCatalog(read))
            : new Declared<RecipeCatalog>.Invalid(errors.ToImmutable());
    }

    private static HoconField NameChecked(HoconField field) => DeclaredName.CanBeTyped(field.Key)
        ? field
        : throw new HoconException(field.AssignedAt, $"{Section}.\"{field.Key}\" cannot be a recipe's name: sequences are split at '>', ':' and blanks");

    private static Recipe ReadOne(HoconField field, RetryRules usualRetry)
    {
        var whole = new HoconReader(DeclaredName.Under(Section, field));
        var recipe = new RecipeReader(field.Key, whole.GetObject(HoconPath.Parse(Section).Append(field.Key).ToString()), usualRetry).Read();
        whole.EnsureAllKeysUsed();
        return recipe with { VariantOf = RecipeVariants.RecipeOf(field.Key) };
    }
}
