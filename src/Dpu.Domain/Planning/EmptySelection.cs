using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;
using Dpu.Hocon;

namespace Dpu.Domain.Planning;

/// <summary>Explains a selection that matches nothing: what was asked, and which condition cannot be met by anything.</summary>
internal static class EmptySelection
{
    public static SubmissionError Explain(SequenceStep step, InputCandidates candidates, RecipeCatalog catalog)
    {
        var selection = candidates.Query.Selection;
        var input = step.Recipe.Inputs.First(input => input.Name == candidates.Query.Input);
        if (selection.Types.FirstOrDefault(type => !input.Types.Contains(type, StringComparer.Ordinal)) is { } stranger)
        {
            return WrongType(step, input, stranger);
        }

        var types = Wording.Or(selection.Types);
        return candidates.OfType.IsEmpty
            ? new SubmissionError(SubmissionErrors.NoInputs, $"{step.Name} finds no {types} in the catalog: {Makers.HowToGet(selection.Types, catalog)}.")
            : Excluded(step.Recipe.Options, input.Name, $"{step.Name} finds no {types}", selection.Conditions, selection.Query, [.. candidates.OfType.Select(InputRow.Of)]);
    }

    /// <summary>The same for the rows of a query.</summary>
    /// <param name="step">Whose input it is.</param>
    /// <param name="input">The input.</param>
    /// <param name="selection">What was asked.</param>
    /// <param name="ofType">Rows of the right types.</param>
    public static SubmissionError OfRows(SequenceStep step, RecipeInput input, FileSelection selection, ImmutableArray<InputRow> ofType)
    {
        var what = $"{step.Name} finds no {Wording.Or(selection.Types)} among the rows of the query";
        return ofType.IsEmpty
            ? new SubmissionError(SubmissionErrors.NoInputs, $"{what}.")
            : Excluded(step.Recipe.Options, input.Name, what, selection.Conditions, selection.Query, ofType);
    }

    /// <summary>A query that gave nothing, or nothing that the pipeline's options select.</summary>
    public static SubmissionError OfQuery(Pipeline pipeline, ImmutableArray<FileCondition> conditions, ImmutableArray<InputRow> rows) => (pipeline.Query, rows) switch
    {
        (RowQuery.Files files, []) => new SubmissionError(SubmissionErrors.NoInputs, $"{pipeline.Name} finds no {Wording.Or(files.Types)} in the catalog{Asked(conditions)}."),
        (_, []) => new SubmissionError(SubmissionErrors.NoInputs, $"The query of {pipeline.Name} gave no rows: there is nothing to run it on."),
        _ => Excluded(pipeline.Options, Pipeline.Rows, $"{pipeline.Name} finds nothing among the rows of its query", conditions, null, rows),
    };

    private static string Asked(ImmutableArray<FileCondition> conditions) =>
        conditions.IsEmpty ? "" : $" with {Wording.Keys(conditions.Select(condition => KeyValuePair.Create(condition.Key, condition.Pattern)))}";

    private static SubmissionError Excluded(
        ImmutableArray<RecipeOption> options, string input, string what, ImmutableArray<FileCondition> conditions, FileQuery? query, ImmutableArray<InputRow> ofType)
    {
        var excluding = conditions.Where(condition => !ofType.Any(row => row.Fits(condition))).ToImmutableArray();
        if (excluding.IsEmpty && query is not null && !ofType.Any(row => conditions.All(row.Fits) && row.Fits(query)))
        {
            return new SubmissionError(SubmissionErrors.NoInputs, $"{what}{Asked(conditions)} for which its own query holds: {query}.");
        }

        var reasons = excluding.IsEmpty
            ? ". Each of these is there, but never together"
            : string.Concat(excluding.Select(condition => Reason(condition, ofType)));
        var nearest = excluding.Select(condition => Nearest(condition, ofType)).FirstOrDefault(value => value is not null);
        var option = excluding.Select(condition => OptionFor(options, input, condition.Key)).FirstOrDefault(name => name is not null);
        var end = reasons.EndsWith('?') ? "" : ".";
        return new SubmissionError(SubmissionErrors.NoInputs, $"{what}{Asked(conditions)}{reasons}{end}", option, nearest);
    }

    /// <summary>Types can be asked for by an option that selects the key <c>type</c>.</summary>
    private static SubmissionError WrongType(SequenceStep step, RecipeInput input, string asked)
    {
        var nearest = NearestName.Find(asked, input.Types);
        var hint = nearest is null ? "." : $"; did you mean '{nearest}'?";
        var message = $"{step.Name} reads no {asked} as its {input.Name}: it takes {Wording.Or(input.Types)}{hint}";
        return new SubmissionError(SubmissionErrors.NoInputs, message, OptionFor(step.Recipe.Options, input.Name, "type"), nearest);
    }

    private static string Reason(FileCondition condition, ImmutableArray<InputRow> rows)
    {
        var values = ValuesOf(condition.Key, rows);
        var nearest = Nearest(condition, rows);
        var hint = nearest is null ? "" : $"; did you mean '{nearest}'?";
        return values.IsEmpty
            ? $". No such file has a '{condition.Key}'"
            : $". None has {condition.Key} '{condition.Pattern}': there is {Wording.And(values)}{hint}";
    }

    private static string? Nearest(FileCondition condition, ImmutableArray<InputRow> rows) =>
        NearestName.Find(condition.Pattern, ValuesOf(condition.Key, rows));

    private static ImmutableArray<string> ValuesOf(string key, ImmutableArray<InputRow> rows) =>
    [
        .. rows
            .Select(row => row.TextOf(key))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(NaturalOrder.Instance),
    ];

    private static string? OptionFor(ImmutableArray<RecipeOption> options, string input, string key) =>
        options.FirstOrDefault(option => option.Select == new OptionSelect(input, key))?.Name;
}
