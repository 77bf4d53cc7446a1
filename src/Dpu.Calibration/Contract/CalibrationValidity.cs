using System.Globalization;

namespace Dpu.Calibration.Contract;

/// <summary>
/// A recipe that makes calibration files, of which the user may say on which nights they hold: <c>valid-from</c> and <c>valid-until</c> in the metadata of what it makes, both nights included. Whoever looks
/// calibration up by the night (<c>pick = valid</c> in a declaration) believes these before anything else. Nothing is written where nothing is said.
/// </summary>
internal sealed class CalibrationValidity : IRecipe
{
    public const string From = "Calibration.process_params.VALID_FROM";
    public const string Until = "Calibration.process_params.VALID_UNTIL";

    private readonly IRecipe _recipe;

    private CalibrationValidity(IRecipe recipe)
    {
        _recipe = recipe;
        Parameters =
        [
            .. recipe.Parameters,
            new(From, "", "first night on which what is made may be used, yyyy-mm-dd; empty: around its own night, as long as the recipe that looks it up says"),
            new(Until, "", "last night; empty: likewise"),
        ];
    }

    public string Name => _recipe.Name;

    public IReadOnlyList<ProcessParameter> Parameters { get; }

    public static IRecipe Of(IRecipe recipe) => new CalibrationValidity(recipe);

    public void Run(TaskContext context)
    {
        var (from, until) = (NightOf(context, From), NightOf(context, Until));
        if (from > until)
        {
            throw RecipeException.Wrong($"pars: {From} is {context.Pars.Text(From)}, after {Until}, {context.Pars.Text(Until)}.");
        }

        if (from is not null) { context.Results.SayOfAll("valid-from", context.Pars.Text(From)); }
        if (until is not null) { context.Results.SayOfAll("valid-until", context.Pars.Text(Until)); }
        _recipe.Run(context);
    }

    private static DateOnly? NightOf(TaskContext context, string key)
    {
        var text = context.Pars.Text(key);
        if (text.Length == 0) { return null; }
        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var night)
            ? night
            : throw RecipeException.Wrong($"pars: {key} is '{text}'; a night such as 2000-04-28 is needed.");
    }
}
