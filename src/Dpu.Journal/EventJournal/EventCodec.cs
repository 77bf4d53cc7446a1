using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Dpu.Kernel.Persistence;

namespace Dpu.Journal.EventJournal;

/// <summary>A codec of registered types, built by <see cref="EventCodecBuilder"/>.</summary>
public sealed class EventCodec : IEventCodec
{
    private readonly FrozenDictionary<Type, Form> _byType;
    private readonly FrozenDictionary<string, Form> _byName;
    private readonly FrozenDictionary<string, Upcaster> _upcasters;

    internal EventCodec(IEnumerable<Form> forms, IEnumerable<KeyValuePair<string, Upcaster>> upcasters)
    {
        var all = forms.ToArray();
        _byType = all.ToFrozenDictionary(form => form.Type.Type);
        _byName = all.ToFrozenDictionary(form => form.Name, StringComparer.Ordinal);
        _upcasters = upcasters.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public (string Name, ReadOnlyMemory<byte> Payload) Encode(object @event)
    {
        if (!_byType.TryGetValue(@event.GetType(), out var form))
        {
            throw new JournalException($"No storage name is registered for {@event.GetType().Name}: it cannot be written to the journal.");
        }

        return (form.Name, JsonSerializer.SerializeToUtf8Bytes(@event, form.Type));
    }

    public object Decode(string name, ReadOnlyMemory<byte> payload)
    {
        try
        {
            return _byName.TryGetValue(name, out var form)
                ? Read(form, JsonSerializer.Deserialize(payload.Span, form.Type))
                : Upcast(name, payload);
        }
        catch (JsonException broken)
        {
            throw new JournalException($"An event '{name}' does not have the form of that name: {broken.Message}", broken);
        }
    }

    private object Upcast(string name, ReadOnlyMemory<byte> payload)
    {
        if (!_upcasters.TryGetValue(name, out var step))
        {
            throw new JournalException($"The journal holds an event '{name}', which this version does not know: it was written by a newer one.");
        }

        var node = JsonNode.Parse(payload.Span) ?? throw new JsonException("It is null.");
        var last = step;
        for (var next = step; next is not null; next = _upcasters.GetValueOrDefault(next.To))
        {
            node = next.Change(node);
            last = next;
        }

        var form = _byName[last.To];
        return Read(form, node.Deserialize(form.Type));
    }

    private static object Read(Form form, object? value) => value ?? throw new JsonException($"A '{form.Name}' is null.");

    internal sealed record Form(string Name, JsonTypeInfo Type);

    internal sealed record Upcaster(string To, Func<JsonNode, JsonNode> Change);
}

/// <summary>Collects what a codec knows, and refuses what could not be read back.</summary>
public sealed class EventCodecBuilder
{
    private readonly List<EventCodec.Form> _forms = [];
    private readonly Dictionary<string, EventCodec.Upcaster> _upcasters = new(StringComparer.Ordinal);

    /// <summary>Events of type <typeparamref name="T"/> are stored under <paramref name="name"/>, as <c>job.submitted.v1</c>.</summary>
    public EventCodecBuilder Register<T>(string name, JsonTypeInfo<T> type)
    {
        if (_forms.Exists(form => form.Name == name || form.Type.Type == typeof(T)))
        {
            throw new ArgumentException($"'{name}' or {typeof(T).Name} is registered twice.", nameof(name));
        }

        _forms.Add(new EventCodec.Form(name, type));
        return this;
    }

    /// <summary>Events stored under the old name <paramref name="from"/> become those of <paramref name="to"/> when they are read; upcasters chain.</summary>
    public EventCodecBuilder Upcast(string from, string to, Func<JsonNode, JsonNode> change)
    {
        if (!_upcasters.TryAdd(from, new EventCodec.Upcaster(to, change)))
        {
            throw new ArgumentException($"'{from}' has an upcaster already.", nameof(from));
        }

        return this;
    }

    /// <exception cref="ArgumentException">An upcaster leads nowhere, in a circle, or starts at a name of today.</exception>
    public EventCodec Build()
    {
        foreach (var from in _upcasters.Keys)
        {
            if (_forms.Exists(form => form.Name == from))
            {
                throw new ArgumentException($"'{from}' is a form of today and is upcast all the same.");
            }

            var at = from;
            for (var steps = 0; _upcasters.TryGetValue(at, out var upcaster); steps++)
            {
                at = steps < _upcasters.Count ? upcaster.To : throw new ArgumentException($"The upcasters from '{from}' go in a circle.");
            }

            if (!_forms.Exists(form => form.Name == at))
            {
                throw new ArgumentException($"The upcasters from '{from}' end at '{at}', which is not registered.");
            }
        }

        return new EventCodec(_forms, _upcasters);
    }
}
