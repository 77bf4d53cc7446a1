using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Dpu.Client.Prompt;

/// <summary>Values of recipes' options as programs have them, and as JSON and messages have them.</summary>
internal static class OptionValues
{
    /// <summary>By name; null means "not given".</summary>
    /// <exception cref="ArgumentException">A value is of a kind that no option has.</exception>
    public static IReadOnlyDictionary<string, JsonElement> AsJson(IReadOnlyDictionary<string, object?> options) => options
        .Where(option => option.Value is not null)
        .ToDictionary(option => option.Key, option => AsJson(option.Key, option.Value!), StringComparer.Ordinal);

    /// <summary>The call as the field prints it: <c>ReadNoise, instrument= , i=WFI , c=ccd50</c>.</summary>
    public static string Shown(string sequence, IReadOnlyDictionary<string, object?> options) =>
        sequence + (options.Count == 0 ? "" : ", " + string.Join(" , ", options.Select(option => $"{option.Key}={Shown(option.Value)}")));

    private static JsonElement AsJson(string name, object value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, name, value);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case int or long or short or byte:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double or float when double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                writer.WriteNumberValue(Convert.ToDouble(value, CultureInfo.InvariantCulture));
                break;
            case DateOnly or DateTime:
                writer.WriteStringValue(Shown(value));
                break;
            case IEnumerable<KeyValuePair<string, object?>> map:
                writer.WriteStartObject();
                foreach (var (key, inner) in map)
                {
                    writer.WritePropertyName(key);
                    Write(writer, name, inner);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, name, item);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"Option '{name}' cannot be a {value.GetType().Name} ({value}): give a text, a finite number, a date, true or false, a list, or a dictionary of names and objects.");
        }
    }

    private static string Shown(object? value) => value switch
    {
        null => "",
        string text => text,
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IEnumerable<KeyValuePair<string, object?>> map => $"{{{string.Join(", ", map.Select(pair => $"{pair.Key}: {Shown(pair.Value)}"))}}}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Shown))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
