using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Dpu.Service.Http;

/// <summary>Times in an address.</summary>
internal static class TimeText
{
    /// <summary>A moment as RFC 3339 writes it, a time without a zone, which is UTC, or a day, which is its begin.</summary>
    /// <param name="text">The text; nothing for what is usual.</param>
    /// <param name="usual">What holds when nothing is said.</param>
    /// <param name="at">The moment.</param>
    public static bool TryParse(string? text, DateTimeOffset usual, out DateTimeOffset at)
    {
        at = usual;
        return string.IsNullOrEmpty(text)
            || (text.Length >= "2026-01-01".Length && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at));
    }

    public static ProblemResult Bad(string? text) => ProblemResult.Because(
        StatusCodes.Status422UnprocessableEntity, "bad-time", $"'{text}' is no time: write it as 2026-03-01T12:00:00Z, 2026-03-01T12:00 (in UTC) or 2026-03-01.");
}
