using System.Globalization;
using Dpu.Domain.Catalog;

namespace Dpu.Domain.Ingest;

/// <summary>A time read from a card.</summary>
/// <param name="Value">UTC, as far as the card says.</param>
/// <param name="IsWholeDay">The card gives a date without a time of day.</param>
internal readonly record struct CardTime(DateTime Value, bool IsWholeDay)
{
    private static readonly DateTime MjdZero = new(1858, 11, 17, 0, 0, 0, DateTimeKind.Utc);

    private static readonly string[] Instants =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-dd'T'HH:mm",
    ];

    // FITS 4.0, section 4.4.2: until 1999 dates were written dd/mm/yy, meaning 19yy.
    private static readonly string[] OldDays = ["dd/MM/yy"];

    /// <summary>
    /// Reads a text in the forms of the FITS standard (<c>2000-04-28T23:05:00.000</c>, <c>2000-04-28</c>, <c>28/04/99</c>), or a number as a
    /// modified Julian date. Null for anything else.
    /// </summary>
    public static CardTime? Read(MetadataValue value) => value switch
    {
        MetadataValue.OfText { Value: var text } => ReadText(text.Trim()),
        MetadataValue.OfNumber { Value: var days } => ReadMjd(days),
        _ => null,
    };

    /// <summary>The night that the time belongs to, named by the day on which it began.</summary>
    /// <param name="starts">UTC time of day at which one night's date ends and the next one's begins.</param>
    public string NightOf(TimeSpan starts) =>
        (IsWholeDay ? Value : Value - starts).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public string Iso => Value.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static CardTime? ReadText(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTime.TryParseExact(text, Instants, CultureInfo.InvariantCulture, Utc, out var instant))
        {
            return new CardTime(instant, IsWholeDay: false);
        }

        if (DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, Utc, out var day))
        {
            return new CardTime(day, IsWholeDay: true);
        }

        return DateTime.TryParseExact(text, OldDays, CultureInfo.InvariantCulture, Utc, out var old)
            ? new CardTime(old.Year >= 2000 ? old.AddYears(-100) : old, IsWholeDay: true)
            : null;
    }

    /// <summary>To the millisecond: a double holds no more of a date of our time.</summary>
    private static CardTime? ReadMjd(double days)
    {
        const double DaysMax = 1_000_000;
        return double.IsFinite(days) && days is > 0 and < DaysMax
            ? new CardTime(MjdZero.AddMilliseconds(Math.Round(days * 86_400_000)), IsWholeDay: false)
            : null;
    }
}
