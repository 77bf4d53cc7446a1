using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;

namespace Dpu.Domain.Planning;

/// <summary>A question to the catalog: which files may become this input of this step?</summary>
/// <param name="Step">Index into the sequence.</param>
/// <param name="Input">The input's name.</param>
/// <param name="Selection">What to look for.</param>
public sealed record InputQuery(int Step, string Input, FileSelection Selection);

/// <summary>Says what has to be looked up in the catalog before a sequence can be planned.</summary>
public static class InputSelection
{
    private const string TypeKey = "type";

    /// <summary>
    /// One query for each input that comes from the catalog. In a chain these are all inputs of the first step, and the matched ones of the later
    /// steps, whose divided input is what the step before makes.
    /// </summary>
    public static ImmutableArray<InputQuery> For(Sequence sequence, SequenceOptions options, FileScope scope) =>
    [
        .. sequence.Steps.SelectMany((step, index) => step.Recipe.Inputs
            .Where((_, input) => step.Sources[input] is InputSource.OfCatalog)
            .Select(input => new InputQuery(index, input.Name, For(step.Recipe, input, options.Steps[index]) with { Scope = scope }))),
    ];

    /// <summary>Which files of the catalog are the pipeline's rows; null when a plug-in says it, or when there are none.</summary>
    public static FileSelection? ForRows(Sequence sequence, SequenceOptions options, FileScope scope) =>
        sequence.Pipeline?.Query is RowQuery.Files files ? new FileSelection(files.Types, ConditionsOnRows(sequence, options), Query: files.Query) { Scope = scope } : null;

    /// <summary>Files of the same types whatever their metadata, for a refusal that says what there is instead: within the same scope, since a refusal tells, too.</summary>
    public static FileSelection OfSameTypes(FileSelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return new FileSelection(selection.Types, []) { Scope = selection.Scope };
    }

    /// <summary>What the pipeline's options ask of its rows.</summary>
    internal static ImmutableArray<FileCondition> ConditionsOnRows(Sequence sequence, SequenceOptions options) =>
        sequence.Pipeline is { } pipeline && options.Pipeline is { } given
            ? [.. pipeline.Options
                .Where(option => option.Select?.Key is not null && !given.Values[option.Name].IsEmpty)
                .Select(option => new FileCondition(option.Select!.Key!, given.Values[option.Name].Text))]
            : [];

    /// <summary>
    /// The files of one input: its types, what the options select, and the input's own query. An option that selects the key <c>type</c> chooses among the input's
    /// types; in a chain the step before has chosen.
    /// </summary>
    public static FileSelection For(Recipe recipe, RecipeInput input, StepOptions options) =>
        new(Types(recipe, input, options), [.. Conditions(recipe, input, options).Distinct()], Query: input.Query);

    private static ImmutableArray<string> Types(Recipe recipe, RecipeInput input, StepOptions options)
    {
        var asked = recipe.Options.FirstOrDefault(option => option.Select is { Key: TypeKey } select && select.Input == input.Name);
        if (asked is null || options.Values[asked.Name].IsEmpty)
        {
            return input.Types;
        }

        var pattern = options.Values[asked.Name].Text;
        var chosen = input.Types.Where(type => Wildcard.Matches(pattern, type)).ToImmutableArray();
        // No types would mean all of them: a type that the input does not take finds nothing, and is named in the refusal.
        return chosen.IsEmpty ? [pattern] : chosen;
    }

    /// <summary>
    /// What the options ask of an input itself, and what they ask of the divided input at a key that must match: a bias of another
    /// instrument could never be picked, so it need not be read.
    /// </summary>
    internal static IEnumerable<FileCondition> Conditions(Recipe recipe, RecipeInput input, StepOptions options)
    {
        foreach (var option in recipe.Options)
        {
            if (option.Select is { Key: not (TypeKey or null) } select && IsMeant(recipe, input, select) && !options.Values[option.Name].IsEmpty)
            {
                yield return new FileCondition(select.Key!, options.Values[option.Name].Text);
            }
        }
    }

    private static bool IsMeant(Recipe recipe, RecipeInput input, OptionSelect select) =>
        select.Input == input.Name
        || (select.Input == recipe.DividedInput?.Name && input.Match.Contains(select.Key!, StringComparer.Ordinal));
}
