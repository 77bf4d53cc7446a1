using Dpu.Kernel.Persistence;

namespace Dpu.Journal.EventJournal;

/// <summary>Translates events (and snapshots) to and from their storage form: a versioned name and JSON.</summary>
/// <remarks>Safe for use from many threads at once.</remarks>
public interface IEventCodec
{
    /// <summary>The name and payload that <paramref name="event"/> is stored as.</summary>
    /// <exception cref="JournalException">No name is registered for its type.</exception>
    (string Name, ReadOnlyMemory<byte> Payload) Encode(object @event);

    /// <summary>The event that was stored, brought up to today's form.</summary>
    /// <exception cref="JournalException">The name is unknown, or the payload does not have the form that its name promises.</exception>
    object Decode(string name, ReadOnlyMemory<byte> payload);
}
