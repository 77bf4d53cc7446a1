using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dpu.Client.Contracts;

/// <summary>One metadata value on the wire: a text, a number or a truth value, written as the JSON of that kind.</summary>
/// <remarks>A number that JSON cannot hold (NaN, infinities) is written as its text.</remarks>
[JsonConverter(typeof(ApiValueConverter))]
public readonly record struct ApiValue
{
    private readonly string? _text;
    private readonly double _number;
    private readonly Kind _kind;

    private ApiValue(Kind kind, string? text, double number) => (_kind, _text, _number) = (kind, text, number);

    private enum Kind : byte
    {
        Text,
        Number,
        Truth,
    }

    /// <summary>The value as people read it; numbers in the shortest form that reads back the same.</summary>
    public string Text => _kind switch
    {
        Kind.Number => _number.ToString("R", CultureInfo.InvariantCulture),
        Kind.Truth => _number != 0 ? "true" : "false",
        _ => _text ?? "",
    };

    /// <summary>The number, or null when the value is of another kind.</summary>
    public double? Number => _kind == Kind.Number ? _number : null;

    public static ApiValue Of(string value) => new(Kind.Text, value, 0);

    public static ApiValue Of(double value) => new(Kind.Number, null, value);

    public static ApiValue Of(bool value) => new(Kind.Truth, null, value ? 1 : 0);

    public override string ToString() => Text;

    internal void WriteTo(Utf8JsonWriter writer)
    {
        switch (_kind)
        {
            case Kind.Number when double.IsFinite(_number):
                writer.WriteNumberValue(_number);
                break;
            case Kind.Truth:
                writer.WriteBooleanValue(_number != 0);
                break;
            default:
                writer.WriteStringValue(Text);
                break;
        }
    }
}

/// <summary>Reads and writes <see cref="ApiValue"/>.</summary>
public sealed class ApiValueConverter : JsonConverter<ApiValue>
{
    public override ApiValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => ApiValue.Of(reader.GetString()!),
        JsonTokenType.Number => ApiValue.Of(reader.GetDouble()),
        JsonTokenType.True => ApiValue.Of(true),
        JsonTokenType.False => ApiValue.Of(false),
        _ => throw new JsonException($"A metadata value is a text, a number or a truth value, not {reader.TokenType}."),
    };

    public override void Write(Utf8JsonWriter writer, ApiValue value, JsonSerializerOptions options) => value.WriteTo(writer);
}
