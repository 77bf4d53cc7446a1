namespace Dpu.Hocon;

/// <summary>An array of resolved values.</summary>
public sealed class HoconArray : HoconValue
{
    /// <summary>An array of <paramref name="items"/>, which the caller gives away.</summary>
    public HoconArray(IReadOnlyList<HoconValue> items, HoconOrigin origin)
        : base(origin) => Items = items;

    /// <summary>The elements in order.</summary>
    public IReadOnlyList<HoconValue> Items { get; }

    /// <summary>Number of elements.</summary>
    public int Count => Items.Count;

    /// <summary>The element at <paramref name="index"/>, from 0.</summary>
    public HoconValue this[int index] => Items[index];
}
