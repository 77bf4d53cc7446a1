using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;

namespace Dpu.Domain.Planning;

/// <summary>Writes <c>task.json</c>: what one attempt of a recipe is asked to do, on which files.</summary>
public static class TaskDirections
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>The file's name in the work directory.</summary>
    public const string FileName = "task.json";

    /// <summary>The text of <c>task.json</c>.</summary>
    /// <param name="start">The attempt.</param>
    /// <param name="work">Its work.</param>
    /// <param name="store">The store's absolute path: outputs of other attempts are registered relative to it.</param>
    public static string Write(TaskStart start, TaskWork.Directed work, string store)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("attempt", start.Attempt.ToString());
            json.WriteString("recipe", work.Recipe);
            json.WriteString("step", start.Step);
            WriteKeys(json, work.Keys);
            WriteParameters(json, work.Parameters);
            WriteInputs(json, work.Inputs, store);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteKeys(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> keys)
    {
        json.WriteStartObject("keys");
        foreach (var (key, value) in keys)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, ImmutableSortedDictionary<string, string> parameters)
    {
        json.WriteStartObject("parameters");
        foreach (var (name, value) in parameters)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }

        json.WriteEndObject();
    }

    private static void WriteInputs(Utf8JsonWriter json, ImmutableSortedDictionary<string, ImmutableArray<InputFile>> inputs, string store)
    {
        json.WriteStartObject("inputs");
        foreach (var (name, files) in inputs)
        {
            json.WriteStartArray(name);
            foreach (var file in files)
            {
                WriteFile(json, file, Path.Combine(store, file.Path));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, InputFile file, string path)
    {
        json.WriteStartObject();
        json.WriteString("id", file.Id);
        json.WriteString("path", path);
        json.WriteString("type", file.Type);
        json.WriteStartObject("metadata");
        foreach (var (key, value) in file.Metadata)
        {
            json.WritePropertyName(key);
            WriteValue(json, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, MetadataValue value)
    {
        switch (value)
        {
            case MetadataValue.OfNumber { Value: var number } when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case MetadataValue.OfTruth { Value: var truth }:
                json.WriteBooleanValue(truth);
                break;
            default:
                json.WriteStringValue(value.Text);
                break;
        }
    }
}
