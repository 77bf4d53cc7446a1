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
    /// <returns>The catalog, or the first error of each recipe that has one.</returns>
    public static Declared<RecipeCatalog> Read(HoconObject recipes, RetryRules usualRetry)
    {
        var read = ImmutableArray.CreateBuilder<Recipe>();
        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var field in recipes.Fields.Where(field => field.Value is not HoconScalar { IsNull: true }))
        {
            try
            {
                read.Add(ReadOne(field, usualRetry));
            }
            catch (HoconException error)
            {
                // Several unknown keys come as one error, a line each.
                errors.AddRange(error.Message.Split('\n'));
            }
        }

        return errors.Count == 0
            ? new Declared<RecipeCatalog>.Valid(new RecipeCatalog(read))
            : new Declared<RecipeCatalog>.Invalid(errors.ToImmutable());
    }

    private static Recipe ReadOne(HoconField field, RetryRules usualRetry)
    {
        if (!DeclaredName.CanBeTyped(field.Key))
        {
            throw new HoconException(field.AssignedAt, $"{Section}.\"{field.Key}\" cannot be a recipe's name: sequences are split at '>' and blanks");
        }

        var whole = new HoconReader(DeclaredName.Under(Section, field));
        var recipe = new RecipeReader(field.Key, whole.GetObject(HoconPath.Parse(Section).Append(field.Key).ToString()), usualRetry).Read();
        whole.EnsureAllKeysUsed();
        return recipe;
    }
}
