using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Dpu.Client.Contracts;

namespace Dpu.Service.Http.OpenApi;

/// <summary>
/// Schemas of the API's records, from what their JSON is made with. One component each: the framework's exporter writes every record out where it is used, and clients made
/// from that would have a type for each place.
/// </summary>
internal sealed class JsonSchemas(XmlDocs docs)
{
    private const string ReferenceTo = "#/components/schemas/";

    private readonly SortedDictionary<string, (Type Type, JsonObject Schema)> _components = new(StringComparer.Ordinal);

    /// <summary>All that was asked for so far, and what that refers to, by name.</summary>
    public IEnumerable<KeyValuePair<string, JsonObject>> Components => _components.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Schema));

    /// <summary>The schema of what is answered: whatever is always written is required.</summary>
    public JsonObject OfAnswer(Type type) => Of(type, needed: null);

    /// <summary>The schema of what is asked: only <paramref name="needed"/> is required.</summary>
    public JsonObject OfRequest(Type type, IReadOnlyList<string> needed) => Of(type, needed);

    private JsonObject Of(Type type, IReadOnlyList<string>? needed)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return OrNull(Of(inner, needed));
        }

        if (LeafOf(type) is { } leaf)
        {
            return leaf;
        }

        var info = ApiJson.Default.Options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => Reference(info, needed),
            JsonTypeInfoKind.Enumerable => new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!, Nested(needed)) },
            JsonTypeInfoKind.Dictionary => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!, Nested(needed)) },
            _ => throw new InvalidOperationException($"How {type} looks in JSON is not known: it needs a line in {nameof(LeafOf)}."),
        };
    }

    private static IReadOnlyList<string>? Nested(IReadOnlyList<string>? needed) => needed is null ? null : [];

    private static JsonObject? LeafOf(Type type) =>
        type == typeof(string) ? Leaf("string")
        : type == typeof(bool) ? Leaf("boolean")
        : type == typeof(int) ? Leaf("integer", "int32")
        : type == typeof(long) ? Leaf("integer", "int64")
        : type == typeof(double) ? Leaf("number", "double")
        : type == typeof(DateTimeOffset) ? Leaf("string", "date-time")
        : type == typeof(Uri) ? Leaf("string", "uri-reference")
        : type == typeof(JsonElement) ? []
        : type == typeof(ApiValue) ? new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") }
        : null;

    private static JsonObject Leaf(string type, string? format = null)
    {
        var leaf = new JsonObject { ["type"] = type };
        if (format is not null)
        {
            leaf["format"] = format;
        }

        return leaf;
    }

    private static JsonObject OrNull(JsonObject schema)
    {
        switch (schema["type"])
        {
            case JsonValue one:
                schema["type"] = new JsonArray(one.DeepClone(), "null");
                return schema;
            case JsonArray several:
                several.Add((JsonNode)"null");
                return schema;
            default:
                return schema.Count == 0 ? schema : new JsonObject { ["anyOf"] = new JsonArray(schema, Leaf("null")) };
        }
    }

    private JsonObject Reference(JsonTypeInfo info, IReadOnlyList<string>? needed)
    {
        var name = info.Type.Name;
        if (!_components.TryGetValue(name, out var known))
        {
            var schema = new JsonObject { ["type"] = "object" };
            _components.Add(name, (info.Type, schema));
            Fill(schema, info, needed);
        }
        else if (known.Type != info.Type)
        {
            throw new InvalidOperationException($"{known.Type} and {info.Type} are both called {name}: one of them needs another name.");
        }

        return new JsonObject { ["$ref"] = ReferenceTo + name };
    }

    private void Fill(JsonObject schema, JsonTypeInfo info, IReadOnlyList<string>? needed)
    {
        if (docs.Of(info.Type) is { } about)
        {
            schema["description"] = about;
        }

        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in info.Properties)
        {
            if (IgnoredWhen(property) is JsonIgnoreCondition.Always)
            {
                continue;
            }

            properties[property.Name] = PropertyOf(info.Type, property, needed);
            if (needed?.Contains(property.Name, StringComparer.Ordinal) ?? IgnoredWhen(property) is null)
            {
                required.Add((JsonNode)property.Name);
            }
        }

        schema["properties"] = properties;
        if (required.Count > 0)
        {
            schema["required"] = required;
        }
    }

    private static JsonIgnoreCondition? IgnoredWhen(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true).OfType<JsonIgnoreAttribute>().FirstOrDefault()?.Condition;

    private JsonObject PropertyOf(Type type, JsonPropertyInfo property, IReadOnlyList<string>? needed)
    {
        var schema = Of(property.PropertyType, Nested(needed));
        if (KnownWords.Of(type, property.Name) is { } words)
        {
            schema["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]);
        }

        if (property.IsGetNullable && Nullable.GetUnderlyingType(property.PropertyType) is null)
        {
            schema = OrNull(schema);
        }

        if (property.AttributeProvider is PropertyInfo clr && docs.Of(clr) is { } about)
        {
            schema["description"] = about;
        }

        return schema;
    }
}
