using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;

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
    /// <param name="command">Which of its commands they are for.</param>
    /// <param name="inputs">Its files, at the places where the command finds them.</param>
    internal static string Write(
        TaskStart start, TaskWork.Directed work, StepCommand command, ImmutableSortedDictionary<string, ImmutableArray<PlacedFile>> inputs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("attempt", start.Attempt.ToString());
            json.WriteString("recipe", command.Recipe);
            json.WriteString("step", command.Name);
            WriteKeys(json, work.Keys);
            WriteParameters(json, command.Parameters);
            WriteInputs(json, inputs);
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

    private static void WriteInputs(Utf8JsonWriter json, ImmutableSortedDictionary<string, ImmutableArray<PlacedFile>> inputs)
    {
        json.WriteStartObject("inputs");
        foreach (var (name, files) in inputs)
        {
            json.WriteStartArray(name);
            foreach (var file in files)
            {
                WriteFile(json, file.File, file.Path);
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

    internal static void WriteValue(Utf8JsonWriter json, MetadataValue value)
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
