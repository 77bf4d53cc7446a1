using System.Collections.Immutable;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>What is known of a key in a group.</summary>
/// <param name="Values">The values it has, in natural order.</param>
/// <param name="SomeLack">Whether some file of the group does not have the key at all.</param>
internal sealed record KeyValues(ImmutableArray<string> Values, bool SomeLack)
{
    /// <summary>The value, when the whole group agrees on one.</summary>
    public string? Unique => Values.Length == 1 && !SomeLack ? Values[0] : null;
}

/// <summary>A task in the making: its keys and what it reads through its divided input.</summary>
/// <param name="task">Its number in the job.</param>
/// <param name="keys">Values of the <c>divide-by</c> keys.</param>
/// <param name="files">Files of the divided input; none in later steps.</param>
/// <param name="upstream">Groups of the step before whose outputs it reads.</param>
internal sealed class PlannedGroup(
    int task,
    ImmutableSortedDictionary<string, string> keys,
    ImmutableArray<CatalogFile> files,
    ImmutableArray<PlannedGroup> upstream)
{
    private readonly Dictionary<string, KeyValues> _known = new(StringComparer.Ordinal);

    public int Task => task;

    public ImmutableSortedDictionary<string, string> Keys => keys;

    public ImmutableArray<CatalogFile> Files => files;

    public ImmutableArray<PlannedGroup> Upstream => upstream;

    /// <summary>
    /// The values of a key: the group's own, else those of the files it reads, through all steps before. Outputs that do not exist yet
    /// are taken to inherit them.
    /// </summary>
    public KeyValues ValuesOf(string key)
    {
        if (!_known.TryGetValue(key, out var values))
        {
            values = Derive(key);
            _known.Add(key, values);
        }

        return values;
    }

    private KeyValues Derive(string key)
    {
        if (keys.TryGetValue(key, out var own))
        {
            return new KeyValues([own], SomeLack: false);
        }

        var parts = upstream.Select(group => group.ValuesOf(key)).ToImmutableArray();
        var mine = files.Select(file => file.Metadata.GetValueOrDefault(key)?.Text).ToImmutableArray();
        var values = parts.SelectMany(part => part.Values).Concat(mine.OfType<string>()).Distinct(StringComparer.Ordinal);
        var someLack = parts.Any(part => part.SomeLack) || mine.Contains(null) || (parts.IsEmpty && mine.IsEmpty);
        return new KeyValues([.. values.Order(NaturalOrder.Instance)], someLack);
    }
}
