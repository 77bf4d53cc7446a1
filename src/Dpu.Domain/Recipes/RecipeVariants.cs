using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>
/// Other ways to run a recipe: <c>variants { NAME { … } }</c> in its declaration. Each is the recipe's own declaration with what it says otherwise laid over, key by key, under the name
/// <c>RECIPE:NAME</c>, and stands wherever a recipe can.
/// </summary>
internal static class RecipeVariants
{
    private const string Key = "variants";

    /// <summary>The recipe of which a name may be a variant; null for a name without <c>:</c>.</summary>
    public static string? RecipeOf(string name) => name.IndexOf(':', StringComparison.Ordinal) is var at and > 0 ? name[..at] : null;

    /// <summary>The declarations with each variant behind its recipe, as one of its own.</summary>
    /// <exception cref="HoconException">Variants are no objects, or a name cannot be typed.</exception>
    public static HoconObject Expand(HoconObject recipes) => new([.. recipes.Fields.SelectMany(Expand)], recipes.Origin);

    private static IEnumerable<HoconField> Expand(HoconField recipe)
    {
        if (recipe.Value is not HoconObject declared || declared.FieldOf(Key) is not { } variants)
        {
            return [recipe];
        }

        var plain = new HoconObject([.. declared.Fields.Where(field => field.Key != Key)], declared.Origin);
        return (variants.Value switch
        {
            HoconObject named => named.Fields.Where(field => field.Value is not HoconScalar { IsNull: true }).Select(field => OneOf(recipe.Key, plain, field)),
            HoconScalar { IsNull: true } => [],
            _ => throw new HoconException(variants.AssignedAt, $"{RecipeCatalogReader.Section}.{recipe.Key}.{Key} is no object; expected variants by name, such as {Key} {{ sextractor {{ command = [my-program] }} }}"),
        }).Prepend(recipe with { Value = plain });
    }

    private static HoconField OneOf(string recipe, HoconObject plain, HoconField variant)
    {
        var path = $"{RecipeCatalogReader.Section}.{recipe}.{Key}.{variant.Key}";
        if (!DeclaredName.CanBeTyped(variant.Key))
        {
            throw new HoconException(variant.AssignedAt, $"{path} cannot be a variant's name: sequences are split at '>', ':' and blanks");
        }

        return variant.Value is HoconObject said
            ? variant with { Key = $"{recipe}:{variant.Key}", Value = StepDeclarations.Merge(plain, said) }
            : throw new HoconException(variant.AssignedAt, $"{path} is no object; expected what differs from {recipe}, such as command = [my-program]");
    }
}
