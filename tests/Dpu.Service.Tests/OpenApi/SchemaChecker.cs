using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dpu.Service.Tests.OpenApi;

/// <summary>
/// Checks values against those words of JSON Schema that the document of the API uses, and refuses to check against any other. Stricter than the standard in one thing: a field that
/// no schema names is wrong, because whoever reads the document alone would not know of it.
/// </summary>
internal sealed class SchemaChecker(JsonElement document)
{
    private static readonly HashSet<string> KnownWords = new(StringComparer.Ordinal)
    {
        "$ref", "type", "properties", "required", "items", "additionalProperties", "anyOf", "enum", "format", "pattern", "minimum", "maximum", "maxLength", "description",
    };

    /// <summary>What is wrong, one line each; empty for nothing.</summary>
    public IReadOnlyList<string> Check(JsonElement value, JsonElement schema)
    {
        var flaws = new List<string>();
        Check(value, schema, "$", flaws);
        return flaws;
    }

    /// <summary>What a reference within the document stands for.</summary>
    public JsonElement Resolve(JsonElement node)
    {
        while (node.ValueKind == JsonValueKind.Object && node.TryGetProperty("$ref", out var reference))
        {
            node = reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, name) => at.GetProperty(name));
        }

        return node;
    }

    private void Check(JsonElement value, JsonElement unresolved, string at, List<string> flaws)
    {
        var schema = Resolve(unresolved);
        foreach (var word in schema.EnumerateObject().Where(word => !KnownWords.Contains(word.Name)))
        {
            throw new NotSupportedException($"The word '{word.Name}' at {at} is not understood here.");
        }

        if (schema.TryGetProperty("anyOf", out var any))
        {
            var each = any.EnumerateArray().Select(one => Check(value, one)).ToList();
            if (each.All(flawsOfOne => flawsOfOne.Count > 0))
            {
                flaws.Add($"{at} fits none of {each.Count}: {string.Join(" / ", each.Select(one => one[0]))}");
            }

            return;
        }

        if (schema.TryGetProperty("type", out var type) && !IsOneOf(value, type))
        {
            flaws.Add($"{at} is {value.GetRawText()}, not of type {type.GetRawText()}");
            return;
        }

        CheckLeaf(value, schema, at, flaws);
        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckObject(value, schema, at, flaws);
        }
        else if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
            {
                Check(item, items, string.Create(CultureInfo.InvariantCulture, $"{at}[{index}]"), flaws);
            }
        }
    }

    private void CheckObject(JsonElement value, JsonElement schema, string at, List<string> flaws)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            flaws.AddRange(required.EnumerateArray().Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at} lacks '{name}'"));
        }

        foreach (var field in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(field.Name, out var own))
            {
                Check(field.Value, own, $"{at}.{field.Name}", flaws);
            }
            else if (schema.TryGetProperty("additionalProperties", out var others))
            {
                Check(field.Value, others, $"{at}.{field.Name}", flaws);
            }
            else if (schema.TryGetProperty("properties", out _))
            {
                flaws.Add($"{at} has '{field.Name}', which is not described");
            }
        }
    }

    private static void CheckLeaf(JsonElement value, JsonElement schema, string at, List<string> flaws)
    {
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => word.GetRawText() == value.GetRawText()))
        {
            flaws.Add($"{at} is {value.GetRawText()}, not one of {words.GetRawText()}");
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            var text = value.GetString()!;
            if ((schema.TryGetProperty("format", out var format) && format.GetString() == "date-time" && !(text.EndsWith('Z') && value.TryGetDateTimeOffset(out _)))
                || (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(text, pattern.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)))
                || (schema.TryGetProperty("maxLength", out var longest) && text.Length > longest.GetInt32()))
            {
                flaws.Add($"{at} is '{text}', which does not fit {schema.GetRawText()}");
            }
        }
        else if (value.ValueKind == JsonValueKind.Number
            && ((schema.TryGetProperty("minimum", out var min) && value.GetDouble() < min.GetDouble()) || (schema.TryGetProperty("maximum", out var max) && value.GetDouble() > max.GetDouble())))
        {
            flaws.Add($"{at} is {value.GetRawText()}, which is out of range");
        }
    }

    private static bool IsOneOf(JsonElement value, JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(one => Is(value, one.GetString()!))
        : Is(value, type.GetString()!);

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => throw new NotSupportedException($"There is no type '{type}'."),
    };
}
