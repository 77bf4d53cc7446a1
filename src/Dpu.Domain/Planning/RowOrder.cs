using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>Rows by their file, then by their values. Rows that compare equal say the same.</summary>
internal sealed class RowOrder : IComparer<InputRow>, IEqualityComparer<InputRow>
{
    private RowOrder()
    {
    }

    public static RowOrder Instance { get; } = new();

    public int Compare(InputRow? x, InputRow? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var order = FileOrder.Compare(x.File, y.File);
        using var left = x.Values.GetEnumerator();
        using var right = y.Values.GetEnumerator();
        while (order == 0 && left.MoveNext() is var more && right.MoveNext() is var also)
        {
            if (!more || !also)
            {
                return (more ? 1 : 0) - (also ? 1 : 0);
            }

            order = Compare(left.Current, right.Current);
        }

        return order;
    }

    public bool Equals(InputRow? x, InputRow? y) => Compare(x, y) == 0;

    public int GetHashCode(InputRow obj)
    {
        var hash = new HashCode();
        hash.Add(obj.File.Id, StringComparer.Ordinal);
        foreach (var (key, value) in obj.Values)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value.Text, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    private static int Compare(KeyValuePair<string, MetadataValue> x, KeyValuePair<string, MetadataValue> y) =>
        string.CompareOrdinal(x.Key, y.Key) is var keys and not 0 ? keys : NaturalOrder.Instance.Compare(x.Value.Text, y.Value.Text);
}
