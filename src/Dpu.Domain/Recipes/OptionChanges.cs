using System.Collections.Immutable;
using System.Text.Json;

namespace Dpu.Domain.Recipes;

/// <summary>
/// New values for some options of a sequence that was submitted before. They are checked as at submission; whatever is not named keeps its value.
/// </summary>
public sealed class OptionChanges
{
    private readonly Sequence _sequence;
    private readonly ImmutableArray<GivenOption> _given;

    private OptionChanges(Sequence sequence, ImmutableArray<GivenOption> given) => (_sequence, _given) = (sequence, given);

    /// <summary>Reads <c>name=value</c>, one each.</summary>
    public static Checked<OptionChanges> Parse(Sequence sequence, IReadOnlyList<string> set)
    {
        var names = new OptionNames(sequence);
        var (given, errors) = new OptionTokens(names, set).Read();
        var changes = new OptionChanges(sequence, given);
        var all = errors
            .Concat(given.Select(option => names.IsKnown(option.Name) ? changes.WhyFixed(option.Name) : names.Unknown(option.Name)).OfType<SubmissionError>())
            .Distinct()
            .ToImmutableArray();
        return all.IsEmpty ? new Checked<OptionChanges>.Accepted(changes) : new Checked<OptionChanges>.Refused(all);
    }

    /// <summary>Whether a step has one of the changed options.</summary>
    public bool Concern(SequenceStep step) => _given.Any(change => Taken(step, change.Name) is not null);

    /// <summary>A step's options with the changes.</summary>
    /// <param name="step">The step.</param>
    /// <param name="parameters">Its values so far: long name → JSON text.</param>
    public Checked<StepOptions> Apply(SequenceStep step, ImmutableSortedDictionary<string, string> parameters)
    {
        var changed = _given.Select(change => Taken(step, change.Name) is { } option ? change with { Name = option.Name } : null).OfType<GivenOption>().ToImmutableArray();
        var kept = parameters
            .Where(parameter => !changed.Any(change => change.Name == parameter.Key))
            .Select(parameter => (Name: parameter.Key, Value: Json(parameter.Value)))
            .Where(parameter => parameter.Value.ValueKind != JsonValueKind.Null)
            .Select(parameter => new GivenOption(parameter.Name, new GivenValue.OfJson(parameter.Value)));
        var reader = new StepOptionReader(OptionTaker.Of(step.Recipe), [.. kept, .. changed]);
        var options = reader.Read();
        return reader.Errors.Count == 0
            ? new Checked<StepOptions>.Accepted(options)
            : new Checked<StepOptions>.Refused([.. reader.Errors]);
    }

    /// <summary>The option of a step that a name means: its own in a chain; in a pipeline the one that the pipeline's own option is handed to.</summary>
    private RecipeOption? Taken(SequenceStep step, string name)
    {
        if (_sequence.Pipeline is not { } pipeline)
        {
            return step.Recipe.FindOption(name);
        }

        return pipeline.Options.FirstOrDefault(option => option.IsNamed(name)) is { } own && !step.Fixed.ContainsKey(own.Name)
            ? step.Recipe.Options.FirstOrDefault(option => option.Name == own.Name)
            : null;
    }

    /// <summary>What a job reads, and who may find what it makes, was settled when it was submitted.</summary>
    private SubmissionError? WhyFixed(string name)
    {
        var named = _sequence.Takers.SelectMany(taker => taker.Options).Where(option => option.IsNamed(name)).ToImmutableArray();
        if (named.FirstOrDefault(option => option.Select is not null) is { } selects)
        {
            return Fixed(name, $"Option {selects.Usage} selects the files that a job reads, and these are settled at submission");
        }

        if (named.FirstOrDefault(option => option.Name == "commit") is { } commits)
        {
            return Fixed(name, $"Option {commits.Usage} says who finds the results, which is settled at submission");
        }

        return _sequence.Steps.Any(step => Taken(step, name) is not null)
            ? null
            : Fixed(name, $"Option {named[0].Usage} is handed to no step of {_sequence.Text} but to its query, whose files are settled at submission");
    }

    private static SubmissionError Fixed(string name, string reason) => new(SubmissionErrors.OptionFixed, $"{reason}: submit a new job with it.", name);

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
