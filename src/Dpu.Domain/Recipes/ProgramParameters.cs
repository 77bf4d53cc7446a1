using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>
/// Puts what a program says of its process parameters under the recipes that run it. A program with several recipes says it by the first argument of their commands:
/// <c>dpu.programs.PROGRAM.ARGUMENT.parameters</c>. So the list has one place, the program itself, and each recipe or variant has that of whatever it runs.
/// </summary>
internal static class ProgramParameters
{
    private const string Key = "parameters";

    /// <summary>The declarations of recipes with the parameters of their programs; what a recipe declares itself lies over them.</summary>
    public static HoconObject Under(HoconObject recipes, HoconObject? programs) => programs is null or { Count: 0 }
        ? recipes
        : new HoconObject([.. recipes.Fields.Select(field => field with { Value = field.Value is HoconObject recipe ? Under(recipe, Of(recipe, programs)) : field.Value })], recipes.Origin);

    private static HoconObject Under(HoconObject recipe, HoconField? said) => said is null
        ? recipe
        : StepDeclarations.Merge(new HoconObject([said], said.AssignedAt), recipe);

    private static HoconField? Of(HoconObject recipe, HoconObject programs) =>
        recipe.FieldOf("command")?.Value is HoconArray { Count: >= 2 } command && command[0] is HoconScalar program && command[1] is HoconScalar argument
        && programs.FieldOf(program.Text)?.Value is HoconObject arguments && arguments.FieldOf(argument.Text)?.Value is HoconObject told
            ? told.FieldOf(Key)
            : null;
}
