using System.Globalization;

namespace Dpu.Pages.Parts;

/// <summary>Moments and durations as text; the script writes them in the same way.</summary>
internal static class Durations
{
    /// <summary>As machines read it.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary><c>12 s</c>, <c>3 min 05 s</c>, <c>2 h 07 min</c>, <c>4 d 03 h</c>.</summary>
    public static string Text(TimeSpan duration)
    {
        var seconds = Math.Max(0, (long)duration.TotalSeconds);
        return seconds switch
        {
            0 when duration > TimeSpan.Zero && duration < TimeSpan.FromSeconds(0.1) => "<0.1 s",
            0 when duration > TimeSpan.Zero => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds} s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60} min {seconds % 60:00} s"),
            < 86400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600} h {seconds / 60 % 60:00} min"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400} d {seconds / 3600 % 24:00} h"),
        };
    }
}
