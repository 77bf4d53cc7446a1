using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using Calendar = Dpu.Domain.Campaigns.Calendar;

namespace Dpu.Domain.Tests.Campaigns;

public sealed class CalendarTests
{
    private static readonly Calendar Daily = new(new TimeOnly(14, 0), [], null, null);

    [Theory]
    [InlineData("2026-11-27T13:59:59Z", "2026-11-27T14:00:00Z")]
    [InlineData("2026-11-27T14:00:00Z", "2026-11-27T14:00:00Z")]
    [InlineData("2026-11-27T14:00:01Z", "2026-11-28T14:00:00Z")]
    [InlineData("2026-12-31T23:00:00+01:00", "2027-01-01T14:00:00Z")]
    public void Every_day_has_its_time(string from, string next) => Daily.NextFrom(Time(from)).ShouldBe(Time(next));

    [Fact]
    public void Days_of_the_week_are_waited_for()
    {
        var weekend = Daily with { Days = [DayOfWeek.Saturday, DayOfWeek.Sunday] };

        weekend.NextFrom(Time("2026-11-27T00:00:00Z")).ShouldBe(Time("2026-11-28T14:00:00Z"));
        weekend.NextFrom(Time("2026-11-29T14:00:01Z")).ShouldBe(Time("2026-12-05T14:00:00Z"));
    }

    [Fact]
    public void A_season_begins_and_ends()
    {
        var season = Daily with { From = new DateOnly(2026, 12, 1), Until = new DateOnly(2026, 12, 2) };

        season.NextFrom(Time("2026-11-01T00:00:00Z")).ShouldBe(Time("2026-12-01T14:00:00Z"));
        season.NextFrom(Time("2026-12-02T14:00:00Z")).ShouldBe(Time("2026-12-02T14:00:00Z"));
        season.NextFrom(Time("2026-12-02T14:00:01Z")).ShouldBeNull();
    }

    [Fact]
    public void A_season_without_any_of_its_days_has_no_occurrence() =>
        (Daily with { Days = [DayOfWeek.Monday], Until = new DateOnly(2026, 11, 28) }).NextFrom(Time("2026-11-27T00:00:00Z")).ShouldBeNull();

    [Fact]
    public void The_next_occurrence_is_never_earlier_and_at_most_a_week_away() =>
        Prop.ForAll<int, byte>((minutes, days) =>
        {
            var from = Time("2000-01-01T00:00:00Z").AddMinutes(minutes % 50_000_000);
            var calendar = Daily with { Days = [.. Enumerable.Range(0, 7).Where(day => (days >> day & 1) == 1).Select(day => (DayOfWeek)day)] };
            var next = calendar.NextFrom(from)!.Value;
            return next >= from && next - from <= TimeSpan.FromDays(7)
                && next.UtcDateTime.TimeOfDay == TimeSpan.FromHours(14)
                && (calendar.Days.IsEmpty || calendar.Days.Contains(next.UtcDateTime.DayOfWeek));
        }).QuickCheckThrowOnFailure();

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUniversalTime();
}
