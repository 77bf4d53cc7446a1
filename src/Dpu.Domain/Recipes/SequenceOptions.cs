using System.Collections.Immutable;

namespace Dpu.Domain.Recipes;

/// <summary>The options of one step: every option that its recipe declares, given or not.</summary>
/// <param name="Values">Long name → value.</param>
/// <param name="Arguments">The recipe's own arguments, in the order of its declaration.</param>
public sealed record StepOptions(ImmutableSortedDictionary<string, OptionValue> Values, ImmutableArray<string> Arguments)
{
    internal static StepOptions None { get; } = new(ImmutableSortedDictionary<string, OptionValue>.Empty, []);

    /// <summary>Values of someone's options, in their order.</summary>
    internal static StepOptions Of(OptionTaker taker, ImmutableSortedDictionary<string, OptionValue> values) =>
        new(values, [.. taker.Options.Where(option => option.OnCommandLine).SelectMany(option => taker.Style.Write(option.Name, values[option.Name]))]);

    /// <summary>Long name → JSON text, as <c>task.json</c> has it.</summary>
    public ImmutableSortedDictionary<string, string> Parameters =>
        Values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.Json, StringComparer.Ordinal);
}

/// <summary>The options of a sequence, step by step.</summary>
/// <param name="Steps">For each step.</param>
/// <param name="Pipeline">The pipeline's own, from which those of its steps were taken; null for a chain.</param>
public sealed record SequenceOptions(ImmutableArray<StepOptions> Steps, StepOptions? Pipeline = null)
{
    /// <summary>Whether a flag of this long name is on in some step: <c>IsSet("commit")</c>.</summary>
    public bool IsSet(string flag) =>
        Steps.Add(Pipeline ?? StepOptions.None).Any(step => step.Values.GetValueOrDefault(flag) is OptionValue.OfFlag { Value: true });
}
