using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Dpu.Pages.Recipes;

/// <summary>
/// What stands in the form of a submission, as text: from an address (so that a link can fill it in), from the form itself, or nothing yet. A name that is missing was not touched.
/// </summary>
/// <param name="Values">By the field's name, in order.</param>
public sealed record Filled(ImmutableSortedDictionary<string, string> Values)
{
    /// <summary>Nothing yet.</summary>
    public static Filled Empty { get; } = new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal));

    /// <summary>Null for a field that was not touched.</summary>
    public string? this[string name] => Values.GetValueOrDefault(name);

    /// <param name="sent">A query or a form. Of a name that stands there twice the last one counts: a box that is not ticked sends what stands before it.</param>
    public static Filled From(IEnumerable<KeyValuePair<string, StringValues>> sent) => new(sent
        .Where(pair => FieldNames.AreKept(pair.Key) && pair.Value.Count > 0)
        .ToImmutableSortedDictionary(pair => pair.Key, pair => Lines(pair.Value[^1]!), StringComparer.Ordinal));

    /// <summary>With one field more, or another value of it.</summary>
    public Filled With(string name, string value) => new(Values.SetItem(name, value));

    public Filled Without(string name) => new(Values.Remove(name));

    /// <summary>The address of a form that is filled in like this; what was emptied is empty there, too.</summary>
    public string Address(string path)
    {
        var address = new StringBuilder(path);
        foreach (var (name, value) in Values.Where(pair => FieldNames.CanBeAddressed(pair.Key)))
        {
            address.Append(address.Length == path.Length ? '?' : '&').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return address.ToString();
    }

    /// <summary>Browsers end a line in a form as networks do.</summary>
    private static string Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);
}
