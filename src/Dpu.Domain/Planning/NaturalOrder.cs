namespace Dpu.Domain.Planning;

/// <summary>
/// The order in which people count: <c>ccd9</c> before <c>ccd10</c>. Runs of digits compare as numbers of any length, the rest by
/// character; texts that differ only in leading zeros fall back to plain comparison, so that the order is total.
/// </summary>
public sealed class NaturalOrder : IComparer<string>
{
    private NaturalOrder()
    {
    }

    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return string.CompareOrdinal(x, y);
        }

        var order = Compare(x.AsSpan(), y.AsSpan());
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        while (!x.IsEmpty && !y.IsEmpty)
        {
            var order = char.IsAsciiDigit(x[0]) && char.IsAsciiDigit(y[0]) ? CompareNumbers(ref x, ref y) : CompareCharacters(ref x, ref y);
            if (order != 0)
            {
                return order;
            }
        }

        return x.Length.CompareTo(y.Length);
    }

    private static int CompareCharacters(ref ReadOnlySpan<char> x, ref ReadOnlySpan<char> y)
    {
        var order = x[0].CompareTo(y[0]);
        x = x[1..];
        y = y[1..];
        return order;
    }

    private static int CompareNumbers(ref ReadOnlySpan<char> x, ref ReadOnlySpan<char> y)
    {
        var a = TakeDigits(ref x).TrimStart('0');
        var b = TakeDigits(ref y).TrimStart('0');
        var order = a.Length.CompareTo(b.Length);
        return order != 0 ? order : a.SequenceCompareTo(b);
    }

    private static ReadOnlySpan<char> TakeDigits(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits;
    }
}
