using System.Globalization;

namespace Dpu.Domain.Catalog;

/// <summary>One value of a file's metadata: a text, a number or a truth value. The text form is never split or interpreted.</summary>
public abstract record MetadataValue
{
    private MetadataValue()
    {
    }

    /// <summary>How the value is written in keys, names and queries; numbers in the shortest form that reads back the same.</summary>
    public abstract string Text { get; }

    public static MetadataValue Of(string value) => new OfText(value);

    /// <summary>A number; zero has no sign, since a database keeps none and <c>-0</c> would be another text than <c>0</c>.</summary>
    public static MetadataValue Of(double value) => new OfNumber(value == 0 ? 0 : value);

    public static MetadataValue Of(bool value) => new OfTruth(value);

    public sealed override string ToString() => Text;

    public sealed record OfText(string Value) : MetadataValue
    {
        public override string Text => Value;
    }

    public sealed record OfNumber(double Value) : MetadataValue
    {
        public override string Text => Value.ToString("R", CultureInfo.InvariantCulture);
    }

    public sealed record OfTruth(bool Value) : MetadataValue
    {
        public override string Text => Value ? "true" : "false";
    }
}
