using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Recipes;

/// <summary>
/// What one submission runs: a graph of steps, each of which reads from the catalog, from rows or from steps before it. It is written as recipes
/// chained with <c>&gt;</c>, where each one's outputs are the next one's inputs, or declared as a <see cref="Pipeline"/> and called by its name.
/// </summary>
/// <param name="Text">As it is shown, without spaces: <c>Reduce&gt;Regrid&gt;Coadd</c>, or a pipeline's name.</param>
/// <param name="Steps">At least one.</param>
/// <param name="Pipeline">The pipeline that it is, or null for a chain.</param>
public sealed record Sequence(string Text, ImmutableArray<SequenceStep> Steps, Pipeline? Pipeline = null)
{
    /// <summary>Who takes options from users: each recipe of a chain, or the pipeline alone.</summary>
    public ImmutableArray<OptionTaker> Takers => Pipeline is { } pipeline
        ? [new OptionTaker(pipeline.Name, pipeline.Options, ArgumentStyle.Usual) { Parameters = pipeline.Parameters }]
        : [.. Steps.Select(step => OptionTaker.Of(step.Recipe))];

    /// <summary>Reads a sequence; spaces around <c>&gt;</c> mean nothing.</summary>
    /// <returns>The sequence, or an error for each recipe that the catalog does not know.</returns>
    public static Checked<Sequence> Parse(string text, RecipeCatalog catalog)
    {
        var names = text.Split('>', StringSplitOptions.TrimEntries);
        if (Array.Exists(names, name => name.Length == 0))
        {
            return new Checked<Sequence>.Refused([new SubmissionError(SubmissionErrors.BadSequence, Shape(text))]);
        }

        if (names is [var alone] && catalog.FindPipeline(alone) is { } pipeline)
        {
            return new Checked<Sequence>.Accepted(new Sequence(pipeline.Name, pipeline.Steps, pipeline));
        }

        var errors = names.Distinct(StringComparer.Ordinal)
            .Where(name => catalog.Find(name) is null)
            .Select(name => catalog.FindPipeline(name) is null ? catalog.Unknown(name) : Alone(name))
            .ToImmutableArray();
        return errors.IsEmpty
            ? new Checked<Sequence>.Accepted(new Sequence(string.Join('>', names), StepsOf(names, catalog)))
            : new Checked<Sequence>.Refused(errors);
    }

    private static string Shape(string text) => string.IsNullOrWhiteSpace(text)
        ? "A sequence names at least one recipe, such as Bias or Reduce>Regrid."
        : $"'{text}' lacks a recipe beside a '>': write recipes as in Reduce>Regrid.";

    private static SubmissionError Alone(string name) =>
        new(SubmissionErrors.CannotChain, $"{name} is a pipeline and cannot be chained: run it alone, as in 'dpu run {name}'.");

    private static ImmutableArray<SequenceStep> StepsOf(string[] names, RecipeCatalog catalog)
    {
        var taken = names.ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. names.Select((name, index) => StepOf(seen.Add(name) ? name : Free(name, taken), catalog.Find(name)!, index))];
    }

    /// <summary>In a chain the divided input is what the step before makes; a recipe without inputs just runs after it.</summary>
    private static SequenceStep StepOf(string name, Recipe recipe, int index)
    {
        ImmutableArray<int> before = index == 0 ? [] : [index - 1];
        var sources = recipe.Inputs.Select((_, input) => input == 0 && index > 0 ? new InputSource.Steps(before) : InputSource.Catalog);
        return new SequenceStep(name, recipe, [.. sources], recipe.Inputs.IsEmpty ? before : []);
    }

    private static string Free(string name, HashSet<string> taken)
    {
        for (var number = 2; ; number++)
        {
            var candidate = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
            if (taken.Add(candidate))
            {
                return candidate;
            }
        }
    }
}
