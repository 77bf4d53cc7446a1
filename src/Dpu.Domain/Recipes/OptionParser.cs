using System.Collections.Immutable;
using System.Text.Json;

namespace Dpu.Domain.Recipes;

/// <summary>
/// Reads the options of a submission. Each option goes to every step whose recipe knows it. All errors are collected: nobody should have to
/// mend one to see the next.
/// </summary>
public static class OptionParser
{
    /// <summary>Options as typed behind the sequence on a command line.</summary>
    public static Checked<SequenceOptions> Parse(Sequence sequence, IReadOnlyList<string> tokens)
    {
        var names = new OptionNames(sequence);
        var (given, errors) = new OptionTokens(names, tokens).Read();
        return Parse(sequence, names, given, errors);
    }

    /// <summary>Options as a program sends them: an object of names and values, where null means "not given".</summary>
    public static Checked<SequenceOptions> Parse(Sequence sequence, JsonElement values)
    {
        var names = new OptionNames(sequence);
        if (values.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return Parse(sequence, names, [], []);
        }

        if (values.ValueKind != JsonValueKind.Object)
        {
            return Refuse("Options are an object of names and values, such as {\"i\": \"WFI\"}.");
        }

        if (values.EnumerateObject().Any(property => OptionValueReader.NameOf(property) is null))
        {
            return Refuse("The name of an option holds half a character.");
        }

        var given = values.EnumerateObject()
            .Where(property => property.Value.ValueKind != JsonValueKind.Null)
            .Select(property => new GivenOption(property.Name, new GivenValue.OfJson(property.Value)));
        return Parse(sequence, names, [.. given], []);
    }

    private static Checked<SequenceOptions> Parse(
        Sequence sequence, OptionNames names, ImmutableArray<GivenOption> given, ImmutableArray<SubmissionError> errors)
    {
        var unknown = given.Where(option => !names.IsKnown(option.Name)).Select(option => names.Unknown(option.Name));
        var readers = sequence.Takers.Select(taker => new StepOptionReader(taker, given)).ToImmutableArray();
        var read = readers.Select(reader => reader.Read()).ToImmutableArray();
        var all = errors
            .Concat(unknown)
            .Concat(readers.SelectMany(reader => reader.Errors))
            .Concat(Missing(readers))
            .Distinct()
            .ToImmutableArray();
        return all.IsEmpty
            ? new Checked<SequenceOptions>.Accepted(sequence.Pipeline is null ? new SequenceOptions(read) : Handed(sequence, read[0]))
            : new Checked<SequenceOptions>.Refused(all);
    }

    /// <summary>A step's option has the value that the pipeline fixes, else that of the pipeline's own option of this name, else its default.</summary>
    private static SequenceOptions Handed(Sequence sequence, StepOptions own) => new(
        [
            .. sequence.Steps.Select(step => StepOptions.Of(OptionTaker.Of(step.Recipe), step.Recipe.Options.ToImmutableSortedDictionary(
                option => option.Name,
                option => step.Fixed.GetValueOrDefault(option.Name) ?? (own.Values.GetValueOrDefault(option.Name) is { } value and not OptionValue.OfNothing ? value : option.Default),
                StringComparer.Ordinal))),
        ],
        own);

    private static Checked<SequenceOptions>.Refused Refuse(string message) =>
        new([new SubmissionError(SubmissionErrors.BadOption, message)]);

    private static IEnumerable<SubmissionError> Missing(ImmutableArray<StepOptionReader> readers) => readers
        .SelectMany(reader => reader.Missing.Select(option => (reader.Name, Option: option)))
        .GroupBy(pair => pair.Option.Usage, StringComparer.Ordinal)
        .Select(group => MissingError(group.First().Option, group.Select(pair => pair.Name).Distinct(StringComparer.Ordinal)));

    private static SubmissionError MissingError(RecipeOption option, IEnumerable<string> recipes)
    {
        var help = option.Help.Length == 0 ? "" : $" ({option.Help})";
        var message = $"{string.Join(" and ", recipes)} cannot run without option {option.Usage}{help}.";
        return new SubmissionError(SubmissionErrors.OptionMissing, message, option.Name);
    }
}
