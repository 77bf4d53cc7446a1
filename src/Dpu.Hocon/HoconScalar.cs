namespace Dpu.Hocon;

/// <summary>What a scalar was written as.</summary>
public enum HoconScalarKind
{
    /// <summary>Quoted, unquoted or concatenated text.</summary>
    Text,

    /// <summary>A number in JSON's notation.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary><c>null</c>.</summary>
    Null,
}

/// <summary>A text, number, boolean or null, with the text it was written as (a number keeps its digits).</summary>
public sealed class HoconScalar : HoconValue
{
    /// <summary>A scalar of <paramref name="kind"/>.</summary>
    public HoconScalar(HoconScalarKind kind, string text, HoconOrigin origin)
        : base(origin)
    {
        Kind = kind;
        Text = text;
    }

    /// <summary>What it was written as.</summary>
    public HoconScalarKind Kind { get; }

    /// <summary>The text without quotes and escapes; a number as it was written; <c>true</c>, <c>false</c>, <c>null</c>.</summary>
    public string Text { get; }

    /// <summary>True for <c>null</c>.</summary>
    public bool IsNull => Kind == HoconScalarKind.Null;
}
