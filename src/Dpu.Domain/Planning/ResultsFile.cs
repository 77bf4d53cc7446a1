using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Planning;

/// <summary>An output that a recipe says it made.</summary>
/// <param name="Name">Unique among the outputs of its attempt; <c>reduced</c>, or <c>reduced.quicklook</c> for a companion.</param>
/// <param name="Path">Relative to the work directory, inside it.</param>
/// <param name="Type">The catalog type.</param>
/// <param name="Metadata">Searchable facts.</param>
/// <param name="DerivedFrom">Ids of the files that it was made from.</param>
public sealed record DeclaredOutput(
    string Name,
    string Path,
    string Type,
    ImmutableSortedDictionary<string, MetadataValue> Metadata,
    ImmutableArray<string> DerivedFrom);

/// <summary>What a <c>results.json</c> holds.</summary>
public abstract record ResultsReading
{
    private ResultsReading()
    {
    }

    public sealed record Listed(ImmutableArray<DeclaredOutput> Outputs) : ResultsReading;

    /// <param name="Reason">One sentence that says what is wrong and where.</param>
    public sealed record Unusable(string Reason) : ResultsReading;
}

/// <summary>Reads what a recipe says that it made. The file comes from users' code: nothing in it is taken on trust.</summary>
public static class ResultsFile
{
    /// <summary>The file's name in the work directory.</summary>
    public const string Name = "results.json";

    public static ResultsReading Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new ResultsReading.Listed(Outputs(document.RootElement));
        }
        catch (JsonException error)
        {
            return new ResultsReading.Unusable($"{Name} is no JSON: {error.Message}");
        }
        catch (ResultsException error)
        {
            return new ResultsReading.Unusable($"{Name}: {error.Message}");
        }
    }

    /// <summary>
    /// Outputs of a recipe that wrote no <c>results.json</c>: the files in its work directory that fit a declared pattern, each under the
    /// first rule that it fits. A rule that several files fit numbers them from the second on: <c>reduced</c>, <c>reduced-2</c>.
    /// </summary>
    /// <param name="rules">What the recipe declares.</param>
    /// <param name="fileNames">Paths of the files in the work directory, relative to it. No wildcard stands for a slash.</param>
    /// <param name="keys">The task's keys: all that is known of such outputs, and what later recipes can match.</param>
    public static ImmutableArray<DeclaredOutput> FromPatterns(
        IEnumerable<OutputRule> rules, IEnumerable<string> fileNames, IEnumerable<KeyValuePair<string, string>>? keys = null)
    {
        var metadata = (keys ?? []).ToImmutableSortedDictionary(pair => pair.Key, pair => MetadataValue.Of(pair.Value), StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var found = from file in fileNames.Order(NaturalOrder.Instance)
                    let rule = rules.FirstOrDefault(rule => MatchesPath(rule.Pattern, file))
                    where rule is not null
                    select (rule, file);
        return [.. found.Select(pair => new DeclaredOutput(NameOf(pair.rule, counts), pair.file, pair.rule.Type, metadata, []))];
    }

    private static bool MatchesPath(string pattern, string path)
    {
        var (patterns, names) = (pattern.Split('/'), path.Split('/'));
        return patterns.Length == names.Length && patterns.Zip(names).All(pair => Wildcard.Matches(pair.First, pair.Second));
    }

    /// <summary>The text of a <c>results.json</c> that lists these.</summary>
    public static string Write(IEnumerable<DeclaredOutput> outputs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("outputs");
            foreach (var output in outputs)
            {
                Write(json, output);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, DeclaredOutput output)
    {
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("path", output.Path);
        json.WriteString("type", output.Type);
        json.WriteStartObject("metadata");
        foreach (var (key, value) in output.Metadata)
        {
            json.WritePropertyName(key);
            TaskDirections.WriteValue(json, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("derivedFrom");
        foreach (var id in output.DerivedFrom)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string NameOf(OutputRule rule, Dictionary<string, int> counts)
    {
        var count = counts[rule.Name] = counts.GetValueOrDefault(rule.Name) + 1;
        return count == 1 ? rule.Name : $"{rule.Name}-{count}";
    }

    private static ImmutableArray<DeclaredOutput> Outputs(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("outputs", out var outputs) || outputs.ValueKind != JsonValueKind.Array)
        {
            throw new ResultsException("'outputs' must be a list");
        }

        var read = outputs.EnumerateArray().Select(Output).ToImmutableArray();
        Unique(read, output => output.Name, "name");
        Unique(read, output => output.Path, "path");
        return read;
    }

    private static void Unique(ImmutableArray<DeclaredOutput> outputs, Func<DeclaredOutput, string> field, string name)
    {
        if (outputs.GroupBy(field, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new ResultsException($"two outputs have the {name} '{twice.Key}'");
        }
    }

    private static DeclaredOutput Output(JsonElement json, int index)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new ResultsException($"outputs[{index}] must be an object");
        }

        var where = $"outputs[{index}]";
        var path = Text(json, "path", where);
        return IsInside(path)
            ? new DeclaredOutput(Text(json, "name", where), path, Text(json, "type", where), Metadata(json, where), DerivedFrom(json, where))
            : throw new ResultsException($"{where}.path '{path}' leads out of the work directory");
    }

    private static bool IsInside(string path) =>
        !path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal)
        && path.Split('/').All(part => part is not ("" or "." or ".."));

    private static string Text(JsonElement json, string name, string where) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && TextOf(value, where) is { Length: > 0 } text
            ? text
            : throw new ResultsException($"{where}.{name} must be a text that is not empty");

    private static string TextOf(JsonElement value, string where) => Whole(() => value.GetString()!, where);

    private static string Whole(Func<string> read, string where)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException error)
        {
            throw new ResultsException($"{where} holds a text with half a character", error);
        }
    }

    private static ImmutableSortedDictionary<string, MetadataValue> Metadata(JsonElement json, string where)
    {
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, MetadataValue>(StringComparer.Ordinal);
        if (!json.TryGetProperty("metadata", out var values) || values.ValueKind == JsonValueKind.Null)
        {
            return metadata.ToImmutable();
        }

        if (values.ValueKind != JsonValueKind.Object)
        {
            throw new ResultsException($"{where}.metadata must be an object");
        }

        foreach (var property in values.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
        {
            var key = Whole(() => property.Name, where);
            metadata[key] = Value(property.Value, $"{where}.metadata.{key}");
        }

        return metadata.ToImmutable();
    }

    private static MetadataValue Value(JsonElement value, string where) => value.ValueKind switch
    {
        JsonValueKind.String => MetadataValue.Of(TextOf(value, where)),
        JsonValueKind.True => MetadataValue.Of(true),
        JsonValueKind.False => MetadataValue.Of(false),
        JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number) => MetadataValue.Of(number),
        _ => throw new ResultsException($"{where} must be a text, a finite number, true or false"),
    };

    private static ImmutableArray<string> DerivedFrom(JsonElement json, string where)
    {
        if (!json.TryGetProperty("derivedFrom", out var ids) || ids.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return ids.ValueKind == JsonValueKind.Array && ids.EnumerateArray().All(id => id.ValueKind == JsonValueKind.String)
            ? [.. ids.EnumerateArray().Select(id => TextOf(id, where))]
            : throw new ResultsException($"{where}.derivedFrom must be a list of file ids");
    }

    /// <summary>Carries a reason out of the reading; never leaves this file.</summary>
    private sealed class ResultsException(string message, Exception? inner = null) : Exception(message, inner);
}
