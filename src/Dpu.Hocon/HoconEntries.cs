namespace Dpu.Hocon;

/// <summary>One setting and where it comes from.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Value">A scalar, an array, or an empty object.</param>
/// <param name="Origin">Where the value's text stands.</param>
/// <param name="AssignedAt">Where the assignment stands that won; differs from <paramref name="Origin"/> for a substitution.</param>
public sealed record HoconEntry(HoconPath Path, HoconValue Value, HoconOrigin Origin, HoconOrigin AssignedAt);

/// <summary>A document as a flat list of settings.</summary>
public static class HoconEntries
{
    /// <summary>Every setting under <paramref name="root"/> in document order; objects are entered, arrays are not.</summary>
    public static IReadOnlyList<HoconEntry> Of(HoconObject root)
    {
        var entries = new List<HoconEntry>();
        Collect(root, HoconPath.Root, entries);
        return entries;
    }

    private static void Collect(HoconObject value, HoconPath at, List<HoconEntry> entries)
    {
        foreach (HoconField field in value.Fields)
        {
            HoconPath path = at.Append(field.Key);
            if (field.Value is HoconObject { Count: > 0 } inner)
            {
                Collect(inner, path, entries);
            }
            else
            {
                entries.Add(new HoconEntry(path, field.Value, field.Value.Origin, field.AssignedAt));
            }
        }
    }
}
