using System.Globalization;
using Dpu.Domain.Planning;

namespace Dpu.Domain.Catalog;

/// <summary>
/// How values of metadata are ordered in queries: two that both read as numbers compare as numbers (<c>60</c> before <c>100.5</c>, <c>1e3</c> after
/// <c>-2</c>), anything else in natural order (<c>ccd9</c> before <c>ccd10</c>). So dates and times in the form <c>2000-04-28T23:15:00</c> compare as time,
/// and a date alone stands for its beginning: that night's exposures are <c>time&gt;=2000-04-28 time&lt;2000-04-29</c>.
/// </summary>
public static class ValueOrder
{
    private const NumberStyles Numbers = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>The finite number that a text is, or null.</summary>
    public static double? NumberOf(string text) =>
        double.TryParse(text, Numbers, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>Negative when <paramref name="x"/> comes first, zero when they are equal as numbers or the same text.</summary>
    public static int Compare(string x, string y)
    {
        if (NumberOf(x) is not { } first || NumberOf(y) is not { } second)
        {
            return NaturalOrder.Instance.Compare(x, y);
        }

        // Whole numbers beyond 2^53 (exposure ids) may be different and yet the same double.
        return first.Equals(second)
            && decimal.TryParse(x, Numbers, CultureInfo.InvariantCulture, out var exactly)
            && decimal.TryParse(y, Numbers, CultureInfo.InvariantCulture, out var other)
            ? exactly.CompareTo(other)
            : first.CompareTo(second);
    }

    public static bool Holds(QueryOrder order, string value, string asked) => order switch
    {
        QueryOrder.Less => Compare(value, asked) < 0,
        QueryOrder.AtMost => Compare(value, asked) <= 0,
        QueryOrder.More => Compare(value, asked) > 0,
        QueryOrder.AtLeast => Compare(value, asked) >= 0,
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, null),
    };
}
