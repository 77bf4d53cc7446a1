using System.Collections.Immutable;
using System.Globalization;

namespace Dpu.Domain.Planning;

/// <summary>How errors of a plan name groups, values and alternatives.</summary>
internal static class Wording
{
    private const int ShownMax = 8;

    /// <summary><c>chip ccd50, filter #842</c></summary>
    public static string Keys(IEnumerable<KeyValuePair<string, string>> keys) =>
        string.Join(", ", keys.Select(pair => $"{pair.Key} {pair.Value}"));

    /// <summary><c>Reduce for chip ccd50</c>, or <c>Coadd</c> when it is not divided.</summary>
    public static string Task(string recipe, PlannedGroup group) =>
        group.Keys.IsEmpty ? recipe : $"{recipe} for {Keys(group.Keys)}";

    /// <summary><c>1 task</c>, <c>3 tasks</c></summary>
    public static string Tasks(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} task{(count == 1 ? "" : "s")}");

    /// <summary><c>a, b and c</c>; of many the first few and how many more there are.</summary>
    public static string And(ImmutableArray<string> items) => items.Length > ShownMax
        ? string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", items.Take(ShownMax))} and {items.Length - ShownMax} more")
        : Join(items, "and");

    /// <summary><c>a, b or c</c></summary>
    public static string Or(ImmutableArray<string> items) => Join(items, "or");

    private static string Join(ImmutableArray<string> items, string word) => items.Length switch
    {
        0 => "nothing",
        1 => items[0],
        _ => $"{string.Join(", ", items.Take(items.Length - 1))} {word} {items[^1]}",
    };
}
