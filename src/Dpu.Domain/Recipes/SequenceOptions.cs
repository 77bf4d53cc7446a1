using System.Collections.Immutable;

namespace Dpu.Domain.Recipes;

/// <summary>The options of one step: every option that its recipe declares, given or not.</summary>
/// <param name="Values">Long name → value.</param>
/// <param name="Arguments">The recipe's own arguments, in the order of its declaration.</param>
public sealed record StepOptions(ImmutableSortedDictionary<string, OptionValue> Values, ImmutableArray<string> Arguments)
{
    /// <summary>Long name → JSON text, as <c>task.json</c> has it.</summary>
    public ImmutableSortedDictionary<string, string> Parameters =>
        Values.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value.Json, StringComparer.Ordinal);
}

/// <summary>The options of a sequence, step by step.</summary>
public sealed record SequenceOptions(ImmutableArray<StepOptions> Steps)
{
    /// <summary>Whether a flag of this long name is on in some step: <c>IsSet("commit")</c>.</summary>
    public bool IsSet(string flag) =>
        Steps.Any(step => step.Values.GetValueOrDefault(flag) is OptionValue.OfFlag { Value: true });
}
