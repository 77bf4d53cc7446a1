using System.Globalization;
using System.Text.Json;
using Dpu.Client.Contracts;

namespace Dpu.Client.Prompt;

/// <summary>Lines in the words of the field's prompt.</summary>
public static class ProcessorWords
{
    /// <summary><c>Jobid 84820 has status FINISHED N/E/A/S/U 75/0/0/0/0</c>.</summary>
    public static string Status(JobSummary job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return string.Create(CultureInfo.InvariantCulture, $"Jobid {job.JobId} has status {job.Status} N/E/A/S/U {job.Counts}");
    }

    /// <summary><c>[schmidt] 09:55:55 - message</c>.</summary>
    public static string Stamped(string message, string host, DateTimeOffset localTime)
    {
        ArgumentNullException.ThrowIfNull(host);
        return string.Create(CultureInfo.InvariantCulture, $"[{host.Split('.')[0]}] {localTime:HH:mm:ss} - {message}");
    }

    /// <summary>Short names of a recipe's options, then long ones.</summary>
    public static IReadOnlyList<string> OptionNames(RecipeOptions recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [.. recipe.Options.Select(option => option.ShortName).OfType<string>().Where(name => name.Length > 0), .. recipe.Options.Select(option => option.LongName)];
    }

    /// <summary>The options of a recipe with their defaults: <c>"i" or "instrument" (default: )</c>.</summary>
    public static IEnumerable<string> Options(RecipeOptions recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Options
            .Select(option => $"{(string.IsNullOrEmpty(option.ShortName) ? "" : $"\"{option.ShortName}\" or ")}\"{option.LongName}\" (default: {Default(option)})")
            .Prepend($"Recognized options for the astro.recipes.{recipe.Recipe} OptionsParser are:");
    }

    /// <summary>As Python writes it; what has to be given has no default.</summary>
    private static string Default(RecipeOption option) => option.Default switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => option.Required ? "" : "None",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.True } => "True",
        { ValueKind: JsonValueKind.False } => "False",
        { } other => other.GetRawText(),
    };
}
