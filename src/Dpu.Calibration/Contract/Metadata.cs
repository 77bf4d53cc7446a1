using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Dpu.Calibration.Contract;

/// <summary>Metadata of a file: names with a string, a number or a boolean each, in the order in which they were set.</summary>
internal sealed class Metadata : IEnumerable<KeyValuePair<string, MetadataValue>>
{
    private readonly List<KeyValuePair<string, MetadataValue>> _values = [];

    public int Count => _values.Count;

    public MetadataValue this[string key]
    {
        get => Find(key) is var at and >= 0 ? _values[at].Value : throw RecipeException.Wrong($"The metadata have no '{key}'.");
        set
        {
            var pair = KeyValuePair.Create(key, value);
            if (Find(key) is var at and >= 0)
            {
                _values[at] = pair;
                return;
            }
            _values.Add(pair);
        }
    }

    public bool Contains(string key) => Find(key) >= 0;

    public string GetString(string key, string fallback = "") => Find(key) is var at and >= 0 ? _values[at].Value.ToString() : fallback;

    public double GetDouble(string key, double fallback) =>
        Find(key) is var at and >= 0 && _values[at].Value.TryGetDouble(out var number) ? number : fallback;

    public void Remove(string key) => _values.RemoveAll(v => v.Key == key);

    public Metadata Clone()
    {
        var copy = new Metadata();
        copy._values.AddRange(_values);
        return copy;
    }

    /// <summary>A copy with the named keys only, of those that are there.</summary>
    public Metadata Only(params ReadOnlySpan<string> keys)
    {
        var copy = new Metadata();
        foreach (var key in keys)
        {
            if (Find(key) is var at and >= 0)
            {
                copy._values.Add(_values[at]);
            }
        }
        return copy;
    }

    public IEnumerator<KeyValuePair<string, MetadataValue>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static Metadata Read(JsonElement element)
    {
        var metadata = new Metadata();
        if (element.ValueKind != JsonValueKind.Object)
        {
            return metadata;
        }
        foreach (var property in element.EnumerateObject())
        {
            if (MetadataValue.Read(property.Value) is { } value)
            {
                metadata._values.Add(KeyValuePair.Create(property.Name, value));
            }
        }
        return metadata;
    }

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (key, value) in _values)
        {
            json.WritePropertyName(key);
            value.WriteTo(json);
        }
        json.WriteEndObject();
    }

    private int Find(string key) => _values.FindIndex(v => v.Key == key);
}

/// <summary>A string, a number or a boolean.</summary>
internal readonly record struct MetadataValue
{
    private readonly object _value;

    private MetadataValue(object value) => _value = value;

    public static implicit operator MetadataValue(string value) => new(value);

    public static implicit operator MetadataValue(double value) => new(value);

    public static implicit operator MetadataValue(long value) => new(value);

    public static implicit operator MetadataValue(int value) => new((long)value);

    public static implicit operator MetadataValue(bool value) => new(value);

    public bool TryGetDouble(out double number)
    {
        number = _value switch { double d => d, long l => l, _ => double.NaN };
        return _value is double or long;
    }

    public override string ToString() => _value switch
    {
        bool b => b ? "true" : "false",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => _value?.ToString() ?? "",
    };

    /// <summary>Null for what metadata cannot hold: null, lists and objects.</summary>
    internal static MetadataValue? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    internal void WriteTo(Utf8JsonWriter json)
    {
        switch (_value)
        {
            case bool b:
                json.WriteBooleanValue(b);
                break;
            case long l:
                json.WriteNumberValue(l);
                break;
            case double d when double.IsFinite(d):
                json.WriteNumberValue(d);
                break;
            case double:
                // JSON has no NaN: the value is not known.
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(_value?.ToString() ?? "");
                break;
        }
    }
}
