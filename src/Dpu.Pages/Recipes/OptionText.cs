using System.Buffers;
using System.Text.Json;

namespace Dpu.Pages.Recipes;

/// <summary>
/// Values of options as text in a field, and back. What a field cannot hold as lines (an element with a newline, a map of maps) stands there as JSON, and JSON is read wherever a map or a list is
/// expected: so every value survives the way through a form.
/// </summary>
internal static class OptionText
{
    /// <summary>How a default value stands in a field.</summary>
    public static string Of(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } list => OfList(list),
        { ValueKind: JsonValueKind.Object } map => OfMap(map),
        { } other => other.GetRawText(),
    };

    /// <summary>What the API takes for what stands in a field.</summary>
    /// <param name="type">The option's type, as the API calls it.</param>
    /// <param name="text">What stands there.</param>
    /// <exception cref="FormatException">A line of it is no part of such a value; the message says which, and what would be.</exception>
    public static JsonElement Read(string type, string text) => type switch
    {
        "flag" => Json(writer => writer.WriteBooleanValue(text == "true")),
        "list" => List(text),
        "map" => Map(text),

        // Numbers and dates, too: whether a text is one, the API says, with what would be right.
        _ => Text(text),
    };

    public static JsonElement Text(string text) => Json(writer => writer.WriteStringValue(text));

    /// <summary>An object of texts.</summary>
    public static JsonElement Entries(IEnumerable<KeyValuePair<string, JsonElement>> entries) => Json(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, value) in entries)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    });

    /// <summary>What a map's field names.</summary>
    /// <exception cref="FormatException">A line is no <c>NAME=VALUE</c>, or a name stands there twice.</exception>
    public static IReadOnlyList<KeyValuePair<string, JsonElement>> EntriesOf(string text)
    {
        var entries = new List<KeyValuePair<string, JsonElement>>();
        if (Parsed(text, JsonValueKind.Object) is { } json)
        {
            entries.AddRange(json.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
        }
        else
        {
            entries.AddRange(LinesOf(text).Select(line => line.IndexOf('=', StringComparison.Ordinal) is > 0 and var end
                ? KeyValuePair.Create(line[..end], Text(line[(end + 1)..]))
                : throw new FormatException($"'{line}' gives no name a value: write one NAME=VALUE a line, or JSON such as {{\"NAME\": \"VALUE\"}}.")));
        }

        return entries.GroupBy(entry => entry.Key, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw new FormatException($"'{twice.Key}' stands there more than once: give it one value.")
            : entries;
    }

    /// <summary>Lines that say something; blanks at their ends belong to them.</summary>
    public static IReadOnlyList<string> LinesOf(string text) => [.. text.Split('\n').Where(line => line.Length > 0)];

    private static JsonElement List(string text)
    {
        if (Parsed(text, JsonValueKind.Array) is { } json)
        {
            return json;
        }

        return Json(writer =>
        {
            writer.WriteStartArray();
            foreach (var line in LinesOf(text))
            {
                writer.WriteStringValue(line);
            }

            writer.WriteEndArray();
        });
    }

    private static JsonElement Map(string text) => Entries(EntriesOf(text));

    private static string OfList(JsonElement list)
    {
        var isPlain = list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && IsLine(item.GetString()!)) && list.GetArrayLength() > 0;
        var lines = isPlain ? string.Join('\n', list.EnumerateArray().Select(item => item.GetString())) : null;
        return list.GetArrayLength() == 0 ? "" : lines is not null && Parsed(lines, JsonValueKind.Array) is null ? lines : list.GetRawText();
    }

    private static string OfMap(JsonElement map)
    {
        var entries = map.EnumerateObject().ToList();
        var isPlain = entries.TrueForAll(entry => entry.Value.ValueKind == JsonValueKind.String && IsLine(entry.Name + entry.Value.GetString()) && !entry.Name.Contains('=', StringComparison.Ordinal));
        return entries.Count == 0 ? "" : isPlain ? string.Join('\n', entries.Select(entry => $"{entry.Name}={entry.Value.GetString()}")) : map.GetRawText();
    }

    private static bool IsLine(string text) => text.Length > 0 && !text.AsSpan().ContainsAny('\n', '\r');

    /// <summary>A file may be called <c>[1].fits</c>: what is no JSON of this kind is lines.</summary>
    private static JsonElement? Parsed(string text, JsonValueKind kind)
    {
        if (text.TrimStart() is not ['[' or '{', ..])
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == kind ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
