using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Dpu.Domain.Jobs;
using Dpu.Hocon;

namespace Dpu.Domain.Recipes;

/// <summary>Reads from a recipe's declaration how its tasks are placed, limited, judged and tried again.</summary>
/// <param name="declaration">The recipe.</param>
/// <param name="usual">What holds where the recipe says nothing.</param>
internal sealed class RuleReader(HoconReader declaration, RetryRules usual)
{
    private const int ExitCodeMax = 255;

    private static readonly ImmutableSortedDictionary<string, FailureCause> Causes =
        new[] { FailureCause.Recipe, FailureCause.Memory, FailureCause.Time, FailureCause.Launch, FailureCause.Data }
            .ToImmutableSortedDictionary(Word, cause => cause, StringComparer.Ordinal);

    private static readonly ImmutableSortedDictionary<string, FindingLevel> Levels =
        Enum.GetValues<FindingLevel>().ToImmutableSortedDictionary(Word, level => level, StringComparer.Ordinal);

    private static readonly ImmutableSortedDictionary<string, FindingAction> Actions =
        Enum.GetValues<FindingAction>().ToImmutableSortedDictionary(Word, action => action, StringComparer.Ordinal);

    /// <param name="expected">How long a task usually takes.</param>
    public StepRules Read(TimeSpan expected) => new(
        ReadPlacement(),
        AtLeastOne("max-per-node"),
        AtLeastOne("max-at-once"),
        expected.TotalSeconds,
        ReadRetry(),
        [.. declaration.GetObjects("exits").Select(pair => ReadExit(pair.Key, pair.Value))],
        [.. declaration.GetObjects("patterns").Select(pair => ReadPattern(pair.Key, pair.Value))]);

    private Placement ReadPlacement() => new(
        declaration.GetOneOfOrDefault("placement", ["cluster", "single-node"], "cluster") == "cluster" ? PlacementKind.Cluster : PlacementKind.SingleNode,
        [.. declaration.GetStringListOrDefault("node-tags", [])],
        []);

    private int? AtLeastOne(string key) => declaration.Has(key) ? declaration.GetInt32(key, min: 1) : null;

    private RetryRules ReadRetry()
    {
        var retry = declaration.GetObjectOrEmpty("retry");
        int Attempts(string key, int fallback) => retry.GetInt32OrDefault(key, fallback, min: 1, max: ushort.MaxValue);
        return new RetryRules(
            Attempts("recipe", usual.Recipe),
            Attempts("memory", usual.Memory),
            Attempts("time", usual.Time),
            Attempts("launch", usual.Launch),
            Attempts("data", usual.Data),
            retry.GetInt32OrDefault("node-losses", usual.NodeLosses, min: 1, max: byte.MaxValue),
            Factor(retry),
            retry.Has("memory-max") ? retry.GetSize("memory-max") : usual.MemoryBytesMax);
    }

    private double Factor(HoconReader retry)
    {
        var factor = retry.GetDoubleOrDefault("memory-factor", usual.MemoryFactor);
        return factor is >= 1 and <= 100 ? factor : throw retry.Error("memory-factor", $"is {factor}; expected 1 to 100");
    }

    private static ExitRule ReadExit(string code, HoconReader exit) =>
        int.TryParse(code, out var number) && number is > 0 and <= ExitCodeMax
            ? new ExitRule(number, Causes[exit.GetOneOfOrDefault("cause", [.. Causes.Keys], "recipe")], exit.GetBooleanOrDefault("final", false))
            : throw new HoconException(exit.Origin, $"'{code}' is no exit code of a failure: they go from 1 to {ExitCodeMax}");

    private static LogPattern ReadPattern(string name, HoconReader pattern)
    {
        var regex = pattern.GetString("regex");
        try
        {
            _ = new Regex(regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw pattern.Error("regex", $"is no regular expression that can be matched without backtracking: {error.Message}");
        }

        return new LogPattern(
            name,
            regex,
            Levels[pattern.GetOneOfOrDefault("level", [.. Levels.Keys], "warning")],
            Actions[pattern.GetOneOfOrDefault("action", [.. Actions.Keys], "record")],
            pattern.Has("cause") ? Causes[pattern.GetOneOf("cause", [.. Causes.Keys])] : null);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
