using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;
using Dpu.Hocon;

namespace Dpu.Domain.Planning;

/// <summary>Explains a selection that matches nothing: what was asked, and which condition cannot be met by anything.</summary>
internal static class EmptySelection
{
    public static SubmissionError Explain(Recipe recipe, InputCandidates candidates, RecipeCatalog catalog)
    {
        var selection = candidates.Query.Selection;
        var input = recipe.Inputs.First(input => input.Name == candidates.Query.Input);
        if (selection.Types.FirstOrDefault(type => !input.Types.Contains(type, StringComparer.Ordinal)) is { } stranger)
        {
            return WrongType(recipe, input, stranger);
        }

        var types = Wording.Or(selection.Types);
        if (candidates.OfType.IsEmpty)
        {
            return new SubmissionError(SubmissionErrors.NoInputs, $"{recipe.Name} finds no {types} in the catalog: {Makers.HowToGet(selection.Types, catalog)}.");
        }

        var asked = Wording.Keys(selection.Conditions.Select(condition => KeyValuePair.Create(condition.Key, condition.Pattern)));
        var excluding = selection.Conditions.Where(condition => !candidates.OfType.Any(file => Fits(file, condition))).ToImmutableArray();
        if (excluding.IsEmpty && selection.Query is { } query && !candidates.OfType.Any(file => selection.Conditions.All(c => Fits(file, c)) && query.Matches(file)))
        {
            var with = selection.Conditions.IsEmpty ? "" : $" with {asked}";
            return new SubmissionError(SubmissionErrors.NoInputs, $"{recipe.Name} finds no {types}{with} for which its own query holds: {query}.");
        }

        var reasons = excluding.IsEmpty
            ? ". Each of these is there, but never together"
            : string.Concat(excluding.Select(condition => Reason(condition, candidates.OfType)));
        var nearest = excluding.Select(condition => Nearest(condition, candidates.OfType)).FirstOrDefault(value => value is not null);
        var option = excluding.Select(condition => OptionFor(recipe, candidates.Query.Input, condition.Key)).FirstOrDefault(name => name is not null);
        var end = reasons.EndsWith('?') ? "" : ".";
        return new SubmissionError(SubmissionErrors.NoInputs, $"{recipe.Name} finds no {types} with {asked}{reasons}{end}", option, nearest);
    }

    /// <summary>Types can be asked for by an option that selects the key <c>type</c>.</summary>
    private static SubmissionError WrongType(Recipe recipe, RecipeInput input, string asked)
    {
        var nearest = NearestName.Find(asked, input.Types);
        var hint = nearest is null ? "." : $"; did you mean '{nearest}'?";
        var message = $"{recipe.Name} reads no {asked} as its {input.Name}: it takes {Wording.Or(input.Types)}{hint}";
        return new SubmissionError(SubmissionErrors.NoInputs, message, OptionFor(recipe, input.Name, "type"), nearest);
    }

    private static string Reason(FileCondition condition, ImmutableArray<CatalogFile> files)
    {
        var values = ValuesOf(condition.Key, files);
        var nearest = Nearest(condition, files);
        var hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
        return values.IsEmpty
            ? $". No such file has a '{condition.Key}'"
            : $". None has {condition.Key} '{condition.Pattern}': there is {Wording.And(values)}{hint}";
    }

    private static bool Fits(CatalogFile file, FileCondition condition) =>
        file.Metadata.GetValueOrDefault(condition.Key) is { } value && Wildcard.Matches(condition.Pattern, value.Text);

    private static string? Nearest(FileCondition condition, ImmutableArray<CatalogFile> files) =>
        NearestName.Find(condition.Pattern, ValuesOf(condition.Key, files));

    private static ImmutableArray<string> ValuesOf(string key, ImmutableArray<CatalogFile> files) =>
    [
        .. files
            .Select(file => file.Metadata.GetValueOrDefault(key)?.Text)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(NaturalOrder.Instance),
    ];

    private static string? OptionFor(Recipe recipe, string input, string key) =>
        recipe.Options.FirstOrDefault(option => option.Select == new OptionSelect(input, key))?.Name;
}
