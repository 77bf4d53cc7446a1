using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Puts what a step of a pipeline says over the declaration of its recipe, key by key, so that one reader serves both.</summary>
internal static class StepDeclarations
{
    /// <summary>The pipeline with each step that names a known recipe merged with it; what is wrong otherwise is left to the reader.</summary>
    public static HoconObject OverRecipes(HoconObject pipeline, HoconObject recipes) => With(pipeline, "steps", steps =>
        steps is HoconObject named ? new HoconObject([.. named.Fields.Select(field => field with { Value = OverRecipe(field.Value, recipes) })], named.Origin) : steps);

    private static HoconValue OverRecipe(HoconValue step, HoconObject recipes) =>
        step is HoconObject said && said.TryGet("recipe", out var name) && name is HoconScalar scalar && recipes.TryGet(scalar.Text, out var recipe) && recipe is HoconObject declared
            ? Merge(declared, said)
            : step;

    /// <summary>A null takes away what stands below.</summary>
    public static HoconObject Merge(HoconObject under, HoconObject over)
    {
        var fields = under.Fields
            .Select(field => over.FieldOf(field.Key) is { } other ? other with { Value = Merge(field.Value, other.Value) } : field)
            .Where(field => field.Value is not HoconScalar { IsNull: true } || over.FieldOf(field.Key) is null);
        return new HoconObject([.. fields, .. over.Fields.Where(field => under.FieldOf(field.Key) is null)], over.Origin);
    }

    private static HoconValue Merge(HoconValue under, HoconValue over) => (under, over) is (HoconObject below, HoconObject above) ? Merge(below, above) : over;

    private static HoconObject With(HoconObject value, string key, Func<HoconValue, HoconValue> change) =>
        new([.. value.Fields.Select(field => field.Key == key ? field with { Value = change(field.Value) } : field)], value.Origin);
}
