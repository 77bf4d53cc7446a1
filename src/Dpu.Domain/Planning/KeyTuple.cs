using System.Collections.Immutable;

namespace Dpu.Domain.Planning;

/// <summary>Values of some keys, in the order of these keys. Compared value by value, in natural order; never joined into one text.</summary>
internal readonly struct KeyTuple(ImmutableArray<string> values) : IEquatable<KeyTuple>, IComparable<KeyTuple>
{
    public ImmutableArray<string> Values { get; } = values;

    public bool Equals(KeyTuple other) => Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    public override bool Equals(object? obj) => obj is KeyTuple other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in Values)
        {
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    public int CompareTo(KeyTuple other)
    {
        for (var i = 0; i < Math.Min(Values.Length, other.Values.Length); i++)
        {
            var order = NaturalOrder.Instance.Compare(Values[i], other.Values[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return Values.Length.CompareTo(other.Values.Length);
    }
}
