using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dpu.Domain.Recipes;

/// <summary>
/// The value of an option. It has two written forms: JSON for <c>task.json</c>, and a text for the recipe's command line.
/// Texts pass through both unharmed: nothing is split, trimmed or interpreted.
/// </summary>
public abstract record OptionValue
{
    private OptionValue()
    {
    }

    /// <summary>Not given, without a default.</summary>
    public static OptionValue Nothing { get; } = new OfNothing();

    /// <summary>As a typed JSON text.</summary>
    public abstract string Json { get; }

    /// <summary>As one text: what a selection compares.</summary>
    public abstract string Text { get; }

    /// <summary>Nothing, an empty text, list or map, or a flag that is off: left out of the command line.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>A text, quoted as JSON wants it but readable: <c>#</c> and letters of any script stay as they are.</summary>
    internal static string Quote(string text) =>
        "\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";

    public sealed record OfNothing : OptionValue
    {
        public override string Json => "null";

        public override string Text => "";

        public override bool IsEmpty => true;
    }

    public sealed record OfText(string Value) : OptionValue
    {
        public override string Json => Quote(Value);

        public override string Text => Value;

        public override bool IsEmpty => Value.Length == 0;
    }

    public sealed record OfInteger(long Value) : OptionValue
    {
        public override string Json => Text;

        public override string Text => Value.ToString(CultureInfo.InvariantCulture);

        public override bool IsEmpty => false;
    }

    /// <param name="Value">Finite.</param>
    public sealed record OfNumber(double Value) : OptionValue
    {
        public override string Json => Text;

        public override string Text => Value.ToString("R", CultureInfo.InvariantCulture);

        public override bool IsEmpty => false;
    }

    public sealed record OfFlag(bool Value) : OptionValue
    {
        public override string Json => Text;

        public override string Text => Value ? "true" : "false";

        public override bool IsEmpty => !Value;
    }

    public sealed record OfDate(DateOnly Value) : OptionValue
    {
        public override string Json => Quote(Text);

        public override string Text => Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        public override bool IsEmpty => false;
    }

    /// <param name="Values">Name → JSON text of its value.</param>
    public sealed record OfMap(ImmutableSortedDictionary<string, string> Values) : OptionValue
    {
        public override string Json => "{" + string.Join(',', Values.Select(pair => Quote(pair.Key) + ":" + pair.Value)) + "}";

        public override string Text => Json;

        public override bool IsEmpty => Values.IsEmpty;

        public bool Equals(OfMap? other) => other is not null && string.Equals(Json, other.Json, StringComparison.Ordinal);

        public override int GetHashCode() => Json.GetHashCode(StringComparison.Ordinal);
    }

    public sealed record OfList(ImmutableArray<string> Values) : OptionValue
    {
        public override string Json => "[" + string.Join(',', Values.Select(Quote)) + "]";

        public override string Text => Json;

        public override bool IsEmpty => Values.IsEmpty;

        public bool Equals(OfList? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

        public override int GetHashCode() => Json.GetHashCode(StringComparison.Ordinal);
    }
}
