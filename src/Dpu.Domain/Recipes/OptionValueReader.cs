using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Dpu.Domain.Recipes;

/// <summary>Reads single option values of a known type. Each method gives null for what is no such value.</summary>
internal static class OptionValueReader
{
    private static readonly string[] On = ["1", "true", "yes", "on"];
    private static readonly string[] Off = ["0", "false", "no", "off"];

    /// <summary>What a value of the type looks like, for error messages.</summary>
    public static string Expected(OptionType type) => type switch
    {
        OptionType.Text => "a text such as WFI",
        OptionType.WholeNumber => "an integer such as 3",
        OptionType.Number => "a number such as 1.5",
        OptionType.Flag => "true or false (1 or 0)",
        OptionType.Date => "a date such as 2000-04-28",
        OptionType.Map => "names with values such as NAME=VALUE or {\"NAME\": \"VALUE\"}",
        OptionType.List => "a text for each element, or a list of texts such as [\"a.fits\", \"b.fits\"]",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such type."),
    };

    /// <summary>A value as it stands on a command line; a map gives one entry, a list one element.</summary>
    public static OptionValue? FromText(OptionType type, string text) => type switch
    {
        OptionType.Text => new OptionValue.OfText(text),
        OptionType.WholeNumber => Integer(text),
        OptionType.Number => Number(text),
        OptionType.Flag => Flag(text),
        OptionType.Date => Date(text),
        OptionType.Map => Map(text),
        OptionType.List => new OptionValue.OfList([text]),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "There is no such type."),
    };

    /// <summary>A value as a program gives it. A number is fine where a text is wanted: a filter may be called 842.</summary>
    public static OptionValue? FromJson(OptionType type, JsonElement json) => (type, json.ValueKind) switch
    {
        (OptionType.Flag, JsonValueKind.True) => new OptionValue.OfFlag(true),
        (OptionType.Flag, JsonValueKind.False) => new OptionValue.OfFlag(false),
        (OptionType.Map, JsonValueKind.Object) => MapOf(json),
        (OptionType.List, JsonValueKind.Array) => ListOf(json),
        (_, JsonValueKind.String) => TextOf(json) is { } text ? FromText(type, text) : null,
        (not OptionType.Map, JsonValueKind.Number) => FromText(type, json.GetRawText()),
        _ => null,
    };

    /// <summary>The text of a JSON string; null when it holds half a character, which no file name or command line can carry.</summary>
    internal static string? TextOf(JsonElement json) => Whole(() => json.GetString());

    /// <summary>The name of a JSON property; null when it holds half a character.</summary>
    internal static string? NameOf(JsonProperty property) => Whole(() => property.Name);

    private static string? Whole(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static OptionValue.OfInteger? Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? new(value) : null;

    private static OptionValue.OfNumber? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? new(value)
            : null;

    private static OptionValue.OfFlag? Flag(string text) =>
        On.Contains(text, StringComparer.OrdinalIgnoreCase) ? new(true)
        : Off.Contains(text, StringComparer.OrdinalIgnoreCase) ? new(false)
        : null;

    private static OptionValue.OfDate? Date(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var value) ? new(value) : null;

    private static OptionValue.OfMap? Map(string text)
    {
        if (text.StartsWith('{'))
        {
            return MapOfText(text);
        }

        var split = text.IndexOf('=', StringComparison.Ordinal);
        return split <= 0 ? null : new(Entries.Add(text[..split], OptionValue.Quote(text[(split + 1)..])));
    }

    private static OptionValue.OfMap? MapOfText(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return MapOf(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static OptionValue.OfMap? MapOf(JsonElement json)
    {
        var entries = Entries.ToBuilder();
        foreach (var property in json.EnumerateObject())
        {
            if (NameOf(property) is not { } name || !entries.TryAdd(name, property.Value.GetRawText()))
            {
                return null;
            }
        }

        return new(entries.ToImmutable());
    }

    private static OptionValue.OfList? ListOf(JsonElement json)
    {
        var items = json.EnumerateArray().Select(ElementText).ToImmutableArray();
        return items.Contains(null) ? null : new([.. items.Select(item => item!)]);
    }

    private static string? ElementText(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.String => TextOf(item),
        JsonValueKind.Number => item.GetRawText(),
        _ => null,
    };

    private static ImmutableSortedDictionary<string, string> Entries =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
