using System.Globalization;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Planning;

/// <summary>
/// The nights on which a calibration file may be used, both ends included: from its metadata <c>valid-from</c> to its <c>valid-until</c>; where it lacks one of them, as long before or after its own
/// <c>date</c> as the input says; without a date of its own it holds always on that side.
/// </summary>
/// <param name="From">First night; null for since ever.</param>
/// <param name="Until">Last night; null for ever.</param>
internal readonly record struct Validity(DateOnly? From, DateOnly? Until) : IComparable<Validity>
{
    /// <summary>The night a file belongs to.</summary>
    public const string DateKey = "date";

    private const string FromKey = "valid-from";
    private const string UntilKey = "valid-until";

    public static Validity Of(CatalogFile file, TimeSpan usual)
    {
        var (own, days) = (DateAt(file, DateKey), (int)Math.Min(usual.TotalDays, 1_000_000));
        return new Validity(DateAt(file, FromKey) ?? Moved(own, -days), DateAt(file, UntilKey) ?? Moved(own, days));
    }

    /// <summary>A night as metadata have it: yyyy-mm-dd, also in front of a time.</summary>
    public static DateOnly? DateOf(string text) =>
        text.Length >= 10 && DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    public bool Includes(DateOnly night) => !(night < From) && !(night > Until);

    public int CompareTo(Validity other) => Nullable.Compare(From, other.From) is var first and not 0 ? first : Nullable.Compare(Until, other.Until);

    public override string ToString() => (From, Until) switch
    {
        (null, null) => "always",
        (null, { } until) => $"until {Text(until)}",
        ({ } from, null) => $"from {Text(from)}",
        ({ } from, { } until) => $"from {Text(from)} until {Text(until)}",
    };

    private static DateOnly? DateAt(CatalogFile file, string key) => file.Metadata.TryGetValue(key, out var value) ? DateOf(value.Text) : null;

    /// <summary>Beyond the calendar there is no bound.</summary>
    private static DateOnly? Moved(DateOnly? date, int days) => date is { } known && known.DayNumber + (long)days is var day && day >= 0 && day <= DateOnly.MaxValue.DayNumber ? known.AddDays(days) : null;

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
