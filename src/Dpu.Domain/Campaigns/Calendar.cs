using System.Collections.Immutable;

namespace Dpu.Domain.Campaigns;

/// <summary>A time of day in UTC, on some days.</summary>
/// <param name="At">The time, in UTC: nights of observatories do not follow summer time.</param>
/// <param name="Days">Days of the week; empty for all.</param>
/// <param name="From">The first day, or null.</param>
/// <param name="Until">The last day, or null.</param>
public sealed record Calendar(TimeOnly At, ImmutableSortedSet<DayOfWeek> Days, DateOnly? From, DateOnly? Until)
{
    private const int DaysInWeek = 7;

    /// <summary>The first occurrence at or after <paramref name="moment"/>; null when there is none any more.</summary>
    public DateTimeOffset? NextFrom(DateTimeOffset moment)
    {
        var day = Later(DateOnly.FromDateTime(moment.UtcDateTime), From);
        if (On(day) < moment)
        {
            day = day.AddDays(1);
        }

        for (var tried = 0; tried < DaysInWeek && !(day > Until); tried++, day = day.AddDays(1))
        {
            if (Days.IsEmpty || Days.Contains(day.DayOfWeek))
            {
                return On(day);
            }
        }

        return null;
    }

    private DateTimeOffset On(DateOnly day) => new(day, At, TimeSpan.Zero);

    private static DateOnly Later(DateOnly day, DateOnly? first) => first > day ? first.Value : day;
}
