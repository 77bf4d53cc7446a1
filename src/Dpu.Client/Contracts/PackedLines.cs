using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>
/// Lines in one piece of memory, as UTF-8: a million of them are two arrays instead of a million objects. A line becomes a text when it is asked for.
/// </summary>
public sealed class PackedLines : IReadOnlyList<string>
{
    private readonly ArrayBufferWriter<byte> _text;
    private readonly List<int> _ends = [];

    /// <param name="bytes">How many bytes all lines together may have; more is allowed.</param>
    public PackedLines(int bytes) => _text = new ArrayBufferWriter<byte>(Math.Max(bytes, 1));

    public int Count => _ends.Count;

    public string this[int index] => Encoding.UTF8.GetString(BytesOf(index));

    /// <summary>A line as it stands in memory.</summary>
    public ReadOnlySpan<byte> BytesOf(int index)
    {
        var first = index == 0 ? 0 : _ends[index - 1];
        return _text.WrittenSpan[first.._ends[index]];
    }

    /// <summary>Adds a line that is valid UTF-8.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        _text.Write(line);
        _ends.Add(_text.WrittenCount);
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds the string that a reader stands at, without its escapes.</summary>
    internal void Add(ref Utf8JsonReader reader)
    {
        var longest = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        _text.Advance(reader.CopyString(_text.GetSpan(Math.Max(longest, 1))));
        _ends.Add(_text.WrittenCount);
    }
}

/// <summary>Reads lines packed; a JSON array of texts like any other.</summary>
internal sealed class PackedLinesConverter : JsonConverter<IReadOnlyList<string>>
{
    private const int FirstBytes = 4096;

    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("'lines' is no list of texts");
        }

        var lines = new PackedLines(FirstBytes);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                throw new JsonException(reader.TokenType == JsonTokenType.Null ? "'lines' holds null" : "'lines' holds something that is no text");
            }

            lines.Add(ref reader);
        }

        return lines;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        if (value is PackedLines lines)
        {
            for (var index = 0; index < lines.Count; index++)
            {
                writer.WriteStringValue(lines.BytesOf(index));
            }
        }
        else
        {
            foreach (var line in value)
            {
                writer.WriteStringValue(line);
            }
        }

        writer.WriteEndArray();
    }
}
