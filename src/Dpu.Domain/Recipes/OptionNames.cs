using System.Collections.Immutable;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>The options of all recipes of a sequence, by name, and what to say about a name that is none.</summary>
internal sealed class OptionNames(Sequence sequence)
{
    private readonly ILookup<string, RecipeOption> _byName = sequence.Takers
        .SelectMany(taker => taker.Options)
        .SelectMany(option => option.ShortName is null ? [(option.Name, option)] : new[] { (option.Name, option), (option.ShortName, option) })
        .ToLookup(pair => pair.Item1, pair => pair.option, StringComparer.Ordinal);

    public bool IsKnown(string name) => _byName.Contains(name);

    /// <summary>Whether the name alone is enough wherever it is known.</summary>
    public bool IsFlag(string name) => _byName[name].All(option => option.Type == OptionType.Flag);

    public bool IsNumber(string name) => _byName[name].Any(option => option.Type is OptionType.WholeNumber or OptionType.Number);

    public SubmissionError Unknown(string name)
    {
        var nearest = Nearest(name);
        var who = sequence.Takers.Length == 1 ? sequence.Text : $"No recipe of {sequence.Text}";
        var lacks = sequence.Takers.Length == 1 ? "has no option" : "has an option";
        var hint = nearest is null ? $"; 'dpu options \"{sequence.Text}\"' lists them" : $"; did you mean '{nearest}'?";
        return new SubmissionError(SubmissionErrors.UnknownOption, $"{who} {lacks} '{name}'{hint}", name, nearest);
    }

    public SubmissionError ValueMissing(string name) =>
        new(SubmissionErrors.BadOption, $"Option '{name}' needs a value: {OptionValueReader.Expected(_byName[name].First().Type)}.", name);

    public SubmissionError NotAnOption(string token)
    {
        var example = _byName.SelectMany(group => group).FirstOrDefault(option => option.Type != OptionType.Flag);
        var how = example is null
            ? $"{sequence.Text} takes no values"
            : $"values follow an option's name, as in --{example.Name} VALUE or {example.ShortName ?? example.Name}=VALUE";
        return new SubmissionError(SubmissionErrors.UnknownOption, $"'{token}' is not an option: {how}.", token);
    }

    /// <summary>The wrong case is the likeliest mistake with names of one letter, which are all equally near otherwise.</summary>
    private string? Nearest(string name)
    {
        var known = _byName.Select(group => group.Key).ToImmutableArray();
        return known.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase))
            ?? NearestName.Find(name, known.Where(other => other.Length > 1));
    }
}
