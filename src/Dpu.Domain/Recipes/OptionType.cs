namespace Dpu.Domain.Recipes;

/// <summary>What kind of value an option takes.</summary>
public enum OptionType
{
    /// <summary>Any text: <c>string</c> in a declaration.</summary>
    Text,

    /// <summary>A whole number of 64 bits: <c>integer</c> in a declaration.</summary>
    WholeNumber,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary>On or off; without a value it is on.</summary>
    Flag,

    /// <summary>A day, <c>yyyy-mm-dd</c>.</summary>
    Date,

    /// <summary>Names with values.</summary>
    Map,

    /// <summary>Texts in order, given one by one. A comma means nothing.</summary>
    List,
}
