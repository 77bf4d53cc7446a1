using System.Text.Json.Serialization;
using Dpu.Journal.EventJournal;

namespace Dpu.Journal.Tests.EventJournal;

/// <summary>An event without meaning.</summary>
public sealed record Note(string Text);

/// <summary>An event that no codec knows.</summary>
public sealed record Unheard(string Text);

/// <summary>A state for snapshots.</summary>
public sealed record Tally(int Count);

[JsonSerializable(typeof(Note))]
[JsonSerializable(typeof(Tally))]
internal sealed partial class NoteJson : JsonSerializerContext;

internal static class Notes
{
    /// <summary>Everything the tests write: the real events, and notes.</summary>
    public static IEventCodec Codec { get; } = Builder().Build();

    public static EventCodecBuilder Builder() =>
        DpuEvents.Registered().Register("note.v1", NoteJson.Default.Note).Register("tally.v1", NoteJson.Default.Tally);

    public static object[] Of(params string[] texts) => [.. texts.Select(text => new Note(text))];
}
