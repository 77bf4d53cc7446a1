using System.Collections.Immutable;

namespace Dpu.Domain.Recipes;

/// <summary>Picks the options that one recipe or pipeline knows from those that were given, and reads them by their types.</summary>
internal sealed class StepOptionReader(OptionTaker taker, ImmutableArray<GivenOption> given)
{
    private readonly List<SubmissionError> _errors = [];
    private readonly List<RecipeOption> _missing = [];

    public string Name => taker.Name;

    public IReadOnlyList<SubmissionError> Errors => _errors;

    /// <summary>Required options that were not given.</summary>
    public IReadOnlyList<RecipeOption> Missing => _missing;

    public StepOptions Read()
    {
        var values = ImmutableSortedDictionary.CreateBuilder<string, OptionValue>(StringComparer.Ordinal);
        foreach (var option in taker.Options)
        {
            values[option.Name] = ValueOf(option);
        }

        return StepOptions.Of(taker, values.ToImmutable());
    }

    private OptionValue ValueOf(RecipeOption option)
    {
        var mine = given.Where(item => option.IsNamed(item.Name) && !MeansNothing(option, item.Value)).ToImmutableArray();
        if (mine.IsEmpty)
        {
            return NotGiven(option);
        }

        var values = mine.Select(item => Read(option, item)).OfType<OptionValue>().ToImmutableArray();
        return values.Length < mine.Length ? option.Default : Combine(option, mine, values);
    }

    /// <summary>An empty selection selects everything, and an empty date is no date: as if it had not been written.</summary>
    private static bool MeansNothing(RecipeOption option, GivenValue value) =>
        value.IsEmptyText && (option.Select is not null || option.Type == OptionType.Date);

    private OptionValue NotGiven(RecipeOption option)
    {
        if (option.Required)
        {
            _missing.Add(option);
        }

        return option.Default;
    }

    private OptionValue? Read(RecipeOption option, GivenOption item)
    {
        var value = item.Value.Read(option.Type);
        if (value is null)
        {
            Refuse(SubmissionErrors.BadOption, item.Name, $"Option '{item.Name}' must be {OptionValueReader.Expected(option.Type)}, not {item.Value.Shown}.");
            return null;
        }

        // A program's argument ends at a NUL: the rest would be lost without a word.
        if (ArgumentStyle.Usual.Write(option.Name, value).Any(argument => argument.Contains('\0', StringComparison.Ordinal)))
        {
            Refuse(SubmissionErrors.BadOption, item.Name, $"Option '{item.Name}' holds a NUL character, which no program can be given.");
            return null;
        }

        return value;
    }

    private OptionValue Combine(RecipeOption option, ImmutableArray<GivenOption> mine, ImmutableArray<OptionValue> values) => option.Type switch
    {
        OptionType.List => new OptionValue.OfList([.. values.Cast<OptionValue.OfList>().SelectMany(list => list.Values)]),
        OptionType.Map => Merge(option, values.Cast<OptionValue.OfMap>()),
        _ => Single(option, mine, values),
    };

    private OptionValue Single(RecipeOption option, ImmutableArray<GivenOption> mine, ImmutableArray<OptionValue> values)
    {
        if (values.Length > 1)
        {
            var shown = string.Join(" and ", mine.Select(item => item.Value.Shown));
            Refuse(SubmissionErrors.OptionTwice, option.Name, $"Option {option.Usage} was given more than once: {shown}.");
        }

        return values[0];
    }

    private OptionValue.OfMap Merge(RecipeOption option, IEnumerable<OptionValue.OfMap> maps)
    {
        var merged = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in maps.SelectMany(map => map.Values))
        {
            if (!merged.TryAdd(name, value))
            {
                Refuse(SubmissionErrors.OptionTwice, option.Name, $"Option {option.Usage} names '{name}' more than once: {merged[name]} and {value}.");
            }
        }

        return new OptionValue.OfMap(merged.ToImmutable());
    }

    private void Refuse(string code, string option, string message) => _errors.Add(new SubmissionError(code, message, option));
}
