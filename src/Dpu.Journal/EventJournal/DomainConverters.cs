using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;

namespace Dpu.Journal.EventJournal;

/// <summary>A job's number.</summary>
internal sealed class JobIdConverter : JsonConverter<JobId>
{
    public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt32());

    public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

/// <summary>An attempt as <c>"12/0/1"</c>.</summary>
internal sealed class AttemptIdConverter : JsonConverter<AttemptId>
{
    public override AttemptId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AttemptId.TryParse(reader.GetString(), out var attempt) ? attempt : throw new JsonException("Not an attempt: job/task/attempt.");

    public override void Write(Utf8JsonWriter writer, AttemptId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>A task and its attempt as <c>[task,attempt]</c>: a start of a thousand tasks is a short line.</summary>
internal sealed class TaskAttemptConverter : JsonConverter<TaskAttempt>
{
    public override TaskAttempt Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (task, number) = NumberPair.Read(ref reader);
        return new TaskAttempt(task, number);
    }

    public override void Write(Utf8JsonWriter writer, TaskAttempt value, JsonSerializerOptions options) =>
        NumberPair.Write(writer, value.Task, value.Number);
}

/// <summary>A range of tasks as <c>[first,count]</c>.</summary>
internal sealed class TaskRangeConverter : JsonConverter<TaskRange>
{
    public override TaskRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var (first, count) = NumberPair.Read(ref reader);
        return new TaskRange(first, count);
    }

    public override void Write(Utf8JsonWriter writer, TaskRange value, JsonSerializerOptions options) =>
        NumberPair.Write(writer, value.First, value.Count);
}

/// <summary>Two numbers in brackets.</summary>
internal static class NumberPair
{
    public static (int First, int Second) Read(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.Number);
        var first = reader.GetInt32();
        Expect(reader.Read() && reader.TokenType == JsonTokenType.Number);
        var second = reader.GetInt32();
        Expect(reader.Read() && reader.TokenType == JsonTokenType.EndArray);
        return (first, second);
    }

    public static void Write(Utf8JsonWriter writer, int first, int second)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(first);
        writer.WriteNumberValue(second);
        writer.WriteEndArray();
    }

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new JsonException("Not a pair of numbers in brackets.");
        }
    }
}

/// <summary>A metadata value as the JSON value of its kind.</summary>
internal sealed class MetadataValueConverter : JsonConverter<MetadataValue>
{
    public override MetadataValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => MetadataValue.Of(reader.GetString()!),
        JsonTokenType.Number => MetadataValue.Of(reader.GetDouble()),
        JsonTokenType.True => MetadataValue.Of(true),
        JsonTokenType.False => MetadataValue.Of(false),
        _ => throw new JsonException("A metadata value is a text, a number or a truth value."),
    };

    public override void Write(Utf8JsonWriter writer, MetadataValue value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case MetadataValue.OfText text:
                writer.WriteStringValue(text.Value);
                break;
            case MetadataValue.OfNumber number:
                writer.WriteNumberValue(number.Value);
                break;
            case MetadataValue.OfTruth truth:
                writer.WriteBooleanValue(truth.Value);
                break;
            default:
                throw new JsonException($"There is no metadata value of kind {value.GetType().Name}.");
        }
    }
}

/// <summary>Lines of an <c>exec</c> job: their number and their compressed blocks.</summary>
internal sealed class TaskLinesConverter : JsonConverter<TaskLines>
{
    public override TaskLines Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var stored = JsonSerializer.Deserialize(ref reader, StepWorkJson.Default.StoredLines) ?? throw new JsonException("Lines are null.");
        return new TaskLines(stored.Count, [.. stored.Blocks.Select(block => new ReadOnlyMemory<byte>(block))]);
    }

    public override void Write(Utf8JsonWriter writer, TaskLines value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("count", value.Count);
        writer.WriteStartArray("blocks");
        foreach (var block in value.Blocks)
        {
            writer.WriteBase64StringValue(block.Span);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

/// <summary>What tells a step's tasks apart: an object with one property, named for the kind.</summary>
internal sealed class StepWorkConverter : JsonConverter<StepWork>
{
    public override StepWork Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            throw new JsonException("A step's work is an object with one property.");
        }

        var kind = reader.GetString();
        reader.Read();
        StepWork work = kind switch
        {
            "exec" => JsonSerializer.Deserialize(ref reader, DpuEventsJson.Default.Exec) ?? throw new JsonException("A command is null."),
            "groups" => JsonSerializer.Deserialize(ref reader, DpuEventsJson.Default.Groups) ?? throw new JsonException("Groups are null."),
            _ => throw new JsonException($"There is no work of kind '{kind}'."),
        };
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject ? work : throw new JsonException("A step's work has one property only.");
    }

    public override void Write(Utf8JsonWriter writer, StepWork value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case StepWork.Exec exec:
                writer.WritePropertyName("exec");
                JsonSerializer.Serialize(writer, exec, DpuEventsJson.Default.Exec);
                break;
            case StepWork.Groups groups:
                writer.WritePropertyName("groups");
                JsonSerializer.Serialize(writer, groups, DpuEventsJson.Default.Groups);
                break;
            default:
                throw new JsonException($"There is no work of kind {value.GetType().Name}.");
        }

        writer.WriteEndObject();
    }
}

/// <summary>The stored form of <see cref="TaskLines"/>.</summary>
internal sealed record StoredLines(int Count, ImmutableArray<byte[]> Blocks);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(StoredLines))]
internal sealed partial class StepWorkJson : JsonSerializerContext;
