using System.Text.Json;

namespace Dpu.Domain.Recipes;

/// <summary>An option as a user gave it, before anybody knows whether a recipe has it.</summary>
/// <param name="Name">A long or a short name, without dashes.</param>
/// <param name="Value">What came with it.</param>
internal sealed record GivenOption(string Name, GivenValue Value);

/// <summary>What came with an option's name.</summary>
internal abstract record GivenValue
{
    private GivenValue()
    {
    }

    /// <summary>How the value is quoted in a message.</summary>
    public abstract string Shown { get; }

    /// <summary>An empty text; the Python prompt writes <c>instrument=''</c> for "any".</summary>
    public abstract bool IsEmptyText { get; }

    public abstract OptionValue? Read(OptionType type);

    /// <summary>The name alone.</summary>
    public sealed record None : GivenValue
    {
        public override string Shown => "nothing";

        public override bool IsEmptyText => false;

        public override OptionValue? Read(OptionType type) => type == OptionType.Flag ? new OptionValue.OfFlag(true) : null;
    }

    /// <summary>A value typed on a command line.</summary>
    public sealed record OfText(string Value) : GivenValue
    {
        public override string Shown => $"'{Value}'";

        public override bool IsEmptyText => Value.Length == 0;

        public override OptionValue? Read(OptionType type) => OptionValueReader.FromText(type, Value);
    }

    /// <summary>A value that a program sent; never JSON's null, which means "not given".</summary>
    public sealed record OfJson(JsonElement Value) : GivenValue
    {
        public override string Shown =>
            Value.ValueKind == JsonValueKind.String ? $"'{OptionValueReader.TextOf(Value)}'" : Value.GetRawText();

        public override bool IsEmptyText => Value.ValueKind == JsonValueKind.String && Value.ValueEquals("");

        public override OptionValue? Read(OptionType type) => OptionValueReader.FromJson(type, Value);
    }
}
