namespace Dpu.Hocon;

/// <summary>A resolved value: object, array or scalar. Immutable; it remembers where it was written.</summary>
public abstract class HoconValue
{
    private protected HoconValue(HoconOrigin origin) => Origin = origin;

    /// <summary>
    /// Where the value's own text stands. It survives merges and substitutions: a value that came through
    /// <c>${x}</c> names the place of <c>x</c>'s text. An object merged from several names the first of them.
    /// </summary>
    public HoconOrigin Origin { get; }

    /// <summary>The value as JSON on one line.</summary>
    public override string ToString() => HoconJson.ToJson(this);
}
