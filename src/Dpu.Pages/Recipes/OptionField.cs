using Dpu.Client.Contracts;

namespace Dpu.Pages.Recipes;

/// <summary>An option as a field of the form. An option goes to every recipe of a sequence that knows its name, so it is one field for all of them.</summary>
/// <param name="Option">As the first recipe declares it that has it; required if one of them requires it.</param>
/// <param name="Recipes">Those that have it.</param>
public sealed record OptionField(RecipeOption Option, IReadOnlyList<string> Recipes)
{
    public string Name => FieldNames.Option + Option.LongName;

    /// <summary>What stands in the field when nobody touched it.</summary>
    public string DefaultText { get; } = OptionText.Of(Option.Default);

    /// <summary>Whether a problem of the API is about it.</summary>
    public bool IsAbout(ProblemItem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem.Option is { } option && (option == Option.LongName || option == Option.ShortName);
    }

    /// <summary>Fields of all options of a sequence: what has to be given first, then in the order of the declarations.</summary>
    public static IReadOnlyList<OptionField> Of(SequenceOptions sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return
        [
            .. sequence.Steps
                .SelectMany(step => step.Options.Select(option => (step.Recipe, Option: option)))
                .GroupBy(pair => pair.Option.LongName, StringComparer.Ordinal)
                .Select(same => new OptionField(
                    same.First().Option with { Required = same.Any(pair => pair.Option.Required) },
                    [.. same.Select(pair => pair.Recipe).Distinct(StringComparer.Ordinal)]))
                .OrderByDescending(field => field.Option.Required),
        ];
    }
}
