using System.Collections.Immutable;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>
/// The process parameters of a submission against those that recipes declare. In a chain each recipe takes its own of the one map and passes over the others', and scripts give one map to many
/// calls: so what any recipe of the catalog has is accepted, and what none has is a mistake. A recipe that does not declare its parameters takes what comes.
/// </summary>
public static class GivenParameters
{
    /// <summary>The option that gives them.</summary>
    public const string Option = "pars";

    /// <summary>The options, or an error for each parameter that no recipe has.</summary>
    public static Checked<SequenceOptions> Check(Sequence sequence, SequenceOptions options, RecipeCatalog catalog)
    {
        var given = sequence.Steps.Zip(options.Steps)
            .Select(pair => (pair.First.Recipe, Names: pair.Second.Values.GetValueOrDefault(Option) is OptionValue.OfMap map ? map.Values.Keys : []))
            .Where(step => step.Names.Any())
            .ToImmutableArray();
        if (given.IsEmpty || given.Any(step => step.Recipe.Parameters is null))
        {
            return new Checked<SequenceOptions>.Accepted(options);
        }

        var all = catalog.AllThatRuns.SelectMany(recipe => recipe.Parameters?.Keys ?? []).ToHashSet(StringComparer.Ordinal);
        var own = given.SelectMany(step => step.Recipe.Parameters!.Keys).Distinct(StringComparer.Ordinal).ToImmutableArray();
        var errors = given.SelectMany(step => step.Names).Distinct(StringComparer.Ordinal)
            .Where(name => !all.Contains(name) && !own.Contains(name, StringComparer.Ordinal))
            .Select(name => Unknown(name, sequence, NearestName.Find(name, own) ?? NearestName.Find(name, all)))
            .ToImmutableArray();
        return errors.IsEmpty ? new Checked<SequenceOptions>.Accepted(options) : new Checked<SequenceOptions>.Refused(errors);
    }

    private static SubmissionError Unknown(string name, Sequence sequence, string? nearest) => new(
        SubmissionErrors.UnknownParameter,
        $"pars: no recipe has a process parameter '{name}'{(nearest is null ? $"; 'dpu options \"{sequence.Text}\" --pars' lists them" : $"; did you mean '{nearest}'?")}",
        Option,
        nearest);
}
