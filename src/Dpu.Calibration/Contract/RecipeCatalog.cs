using Dpu.Calibration.Calibration;

namespace Dpu.Calibration.Contract;

/// <summary>The recipes by their sub-command.</summary>
internal static class RecipeCatalog
{
    private static readonly Dictionary<string, Func<IRecipe>> s_recipes = new(StringComparer.Ordinal)
    {
        ["null"] = () => new NullRecipe(),
    };

    public static IEnumerable<string> Commands => s_recipes.Keys;

    public static IRecipe? Find(string command) => s_recipes.TryGetValue(command, out var create) ? create() : null;

    public static IReadOnlyList<string> AllParameterKeys() => [.. s_recipes.Values.SelectMany(create => create().Parameters).Select(p => p.Key)];
}
