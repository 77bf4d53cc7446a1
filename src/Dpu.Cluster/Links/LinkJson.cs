using System.Text.Json;
using System.Text.Json.Serialization;
using Dpu.Domain.Execution;
using Dpu.Journal.EventJournal;

namespace Dpu.Cluster.Links;

/// <summary>
/// Generated serializers of all frames but logs. Unlike in the journal, a member that is not known is skipped: the peer may be newer.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters =
    [
        typeof(JobIdConverter),
        typeof(AttemptIdConverter),
        typeof(TaskAttemptConverter),
        typeof(MetadataValueConverter),
        typeof(TaskWorkConverter),
    ])]
[JsonSerializable(typeof(UpFrame.Hello))]
[JsonSerializable(typeof(UpFrame.Ready))]
[JsonSerializable(typeof(UpFrame.NotReady))]
[JsonSerializable(typeof(UpFrame.Claim))]
[JsonSerializable(typeof(UpFrame.Ended))]
[JsonSerializable(typeof(UpFrame.Lost), TypeInfoPropertyName = "UpLost")]
[JsonSerializable(typeof(UpFrame.ReadLogs))]
[JsonSerializable(typeof(UpFrame.Phases))]
[JsonSerializable(typeof(UpFrame.Leaving))]
[JsonSerializable(typeof(UpFrame.Heartbeat))]
[JsonSerializable(typeof(DownFrame.Welcome))]
[JsonSerializable(typeof(DownFrame.Refused))]
[JsonSerializable(typeof(DownFrame.StartTasks))]
[JsonSerializable(typeof(DownFrame.AdoptTasks))]
[JsonSerializable(typeof(DownFrame.EndTasks))]
[JsonSerializable(typeof(DownFrame.Disown))]
[JsonSerializable(typeof(DownFrame.Settled))]
[JsonSerializable(typeof(DownFrame.Drain))]
[JsonSerializable(typeof(DownFrame.LogsStored))]
[JsonSerializable(typeof(DownFrame.HeartbeatSeen))]
[JsonSerializable(typeof(DownFrame.Credit))]
[JsonSerializable(typeof(TaskWork.Directed))]
internal sealed partial class LinkJson : JsonSerializerContext;

/// <summary>What an attempt does beside its command: null for nothing, else an object with one property, named for the kind.</summary>
internal sealed class TaskWorkConverter : JsonConverter<TaskWork>
{
    public override TaskWork Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read())
        {
            throw new JsonException("The work of a task is an object.");
        }

        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return TaskWork.Plain;
        }

        var kind = reader.GetString();
        reader.Read();
        TaskWork? work = kind == "directed" ? JsonSerializer.Deserialize(ref reader, LinkJson.Default.Directed) : null;
        return work is not null && reader.Read() && reader.TokenType == JsonTokenType.EndObject
            ? work
            : throw new JsonException($"There is no work of kind '{kind}'.");
    }

    public override void Write(Utf8JsonWriter writer, TaskWork value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value is TaskWork.Directed directed)
        {
            writer.WritePropertyName("directed");
            JsonSerializer.Serialize(writer, directed, LinkJson.Default.Directed);
        }

        writer.WriteEndObject();
    }
}
