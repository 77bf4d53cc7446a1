using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Dpu.Domain.Shipping;

/// <summary>A user's settings without what must not travel.</summary>
/// <param name="Settings">What goes along.</param>
/// <param name="LeftOut">What does not, by name, for people; never a value.</param>
public sealed record FilteredSettings(ShippedSettings Settings, ImmutableArray<string> LeftOut)
{
    /// <summary>A sentence for people; null when nothing was left out.</summary>
    public string? Warning => LeftOut.IsEmpty
        ? null
        : $"Of your settings these do not go along, because they look secret or belong to the DPU: {string.Join(", ", LeftOut.Take(SettingsRules.NamesShown))}{(LeftOut.Length > SettingsRules.NamesShown ? ", …" : "")}.";
}

/// <summary>
/// What of a user's <c>Environment.cfg</c> and of the variables that override it travels to tasks. Both sides keep these rules: the client, so that a secret never leaves the user's
/// host; the service, because not every client is ours.
/// </summary>
public static class SettingsRules
{
    /// <summary>Of variables, names and values together, and of the configuration.</summary>
    public const int BytesMax = 64 << 10;

    internal const int NamesShown = 20;
    private const int VariablesMax = 500;
    private const int NameMax = 60;

    /// <summary>Why settings are refused as a whole: a sentence; null when they are not.</summary>
    public static string? FlawOf(IReadOnlyDictionary<string, string> variables, string? configuration)
    {
        ArgumentNullException.ThrowIfNull(variables);
        return variables.Keys.FirstOrDefault(name => !VariableNames.IsName(name)) is { } wrong ? $"'{Shown(wrong)}' is no name of a variable: letters, digits and underscores, no digit first."
            : variables.FirstOrDefault(pair => pair.Value is null || pair.Value.Contains('\0', StringComparison.Ordinal)).Key is { } broken ? $"The variable {broken} holds nothing, or a NUL, which no variable can."
            : variables.Count > VariablesMax ? string.Create(CultureInfo.InvariantCulture, $"{variables.Count} variables are too many; {VariablesMax} are the most.")
            : variables.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + (long)Encoding.UTF8.GetByteCount(pair.Value)) > BytesMax ? $"The variables are too long; {BytesMax >> 10} KiB together are the most."
            : configuration is not null && Encoding.UTF8.GetByteCount(configuration) > BytesMax ? $"Environment.cfg is too long; {BytesMax >> 10} KiB are the most."
            : configuration is not null && configuration.Contains('\0', StringComparison.Ordinal) ? "Environment.cfg holds a NUL: it is no text."
            : null;
    }

    /// <summary>What may travel of settings that <see cref="FlawOf"/> finds right.</summary>
    public static FilteredSettings Filter(IReadOnlyDictionary<string, string> variables, string? configuration)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var leftOut = ImmutableArray.CreateBuilder<string>();
        var kept = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in variables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (VariableNames.IsReserved(name) || SecretRules.IsSecretName(name) || SecretRules.IsSecretValue(value))
            {
                leftOut.Add($"${name}");
            }
            else
            {
                kept.Add(name, value);
            }
        }

        var text = configuration is null ? null : FilterLines(configuration, leftOut);
        return new FilteredSettings(new ShippedSettings(kept.ToImmutable(), string.IsNullOrWhiteSpace(text) ? null : text), [.. leftOut.Distinct()]);
    }

    /// <summary>The names of the settings that a configuration makes, whatever section they stand in.</summary>
    public static ImmutableArray<string> KeysOf(string configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return [.. LinesOf(configuration).Where(line => !IsComment(line) && !IsSection(line)).Select(line => Parts(line).Key).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The variables that override settings: those named like one of them, whatever the case, and those of the environment itself, <c>AWE…</c>.</summary>
    public static ImmutableSortedDictionary<string, string> Overriding(IEnumerable<KeyValuePair<string, string>> environment, string? configuration)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var keys = configuration is null ? [] : KeysOf(configuration).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return environment
            .Where(pair => VariableNames.IsName(pair.Key) && !VariableNames.IsReserved(pair.Key) && (keys.Contains(pair.Key) || pair.Key.StartsWith("AWE", StringComparison.OrdinalIgnoreCase)))
            .ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
    }

    /// <summary>Line by line; what goes on below a line that is left out, indented, is left out with it, and a section of secrets as a whole.</summary>
    private static string FilterLines(string configuration, ImmutableArray<string>.Builder leftOut)
    {
        var kept = new List<string>();
        var (inSecretSection, belowSecret) = (false, false);
        foreach (var line in LinesOf(configuration))
        {
            var isIndented = line.Length > 0 && char.IsWhiteSpace(line[0]);
            if (IsSection(line) && !(isIndented && (belowSecret || inSecretSection)))
            {
                (inSecretSection, belowSecret) = (SecretRules.IsSecretName(line) || SecretRules.IsSecretValue(line), false);
                if (inSecretSection)
                {
                    leftOut.Add($"section {Shown(line.Trim())} of Environment.cfg");
                    continue;
                }
            }

            if (string.IsNullOrWhiteSpace(line))
            {
                kept.Add(line);
                continue;
            }

            if (inSecretSection || (belowSecret && isIndented))
            {
                continue;
            }

            belowSecret = IsSecret(line);
            if (belowSecret)
            {
                leftOut.Add(NameOf(line));
            }
            else
            {
                kept.Add(line);
            }
        }

        return string.Join('\n', kept);
    }

    /// <summary>Whatever ends a line for whoever reads it ends one here, or a secret could stand behind what looks like a harmless line.</summary>
    private static string[] LinesOf(string configuration) => configuration.ReplaceLineEndings("\n").Split('\n');

    private static bool IsSecret(string line) => Parts(line) is ({ } key, { } value)
        ? SecretRules.IsSecretName(key) || SecretRules.IsSecretValue(value)
        : SecretRules.IsSecretName(line) || SecretRules.IsSecretValue(line);

    /// <summary>The part before the first separator is a name; without one, or in a comment, a line could hold anything, and is not shown.</summary>
    private static string NameOf(string line) => !IsComment(line) && Parts(line).Key is { } key ? $"{Shown(key)} of Environment.cfg" : "a line of Environment.cfg";

    private static (string? Key, string? Value) Parts(string line)
    {
        var end = line.AsSpan().IndexOfAny(':', '=');
        return end > 0 && line[..end].Trim() is { Length: > 0 } key ? (key, line[(end + 1)..]) : (null, null);
    }

    private static bool IsComment(string line) => line.TrimStart() is ['#' or ';', ..];

    private static bool IsSection(string line) => line.TrimStart() is ['[', ..];

    private static string Shown(string name) => ArchiveNames.Shown(name.Length <= NameMax ? name : name[..NameMax] + "…");
}
