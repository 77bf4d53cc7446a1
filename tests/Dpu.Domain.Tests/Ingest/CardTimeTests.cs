using Dpu.Domain.Catalog;
using Dpu.Domain.Ingest;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Ingest;

public sealed class CardTimeTests
{
    [Theory]
    [InlineData("2000-04-28T23:05:00", "2000-04-28T23:05:00.000")]
    [InlineData("2000-04-28T23:05:00.5", "2000-04-28T23:05:00.500")]
    [InlineData("2000-04-28T23:05:00.1234567", "2000-04-28T23:05:00.123")]
    [InlineData("2000-04-28T23:05:00.000Z", "2000-04-28T23:05:00.000")]
    [InlineData("2000-04-28T23:05", "2000-04-28T23:05:00.000")]
    [InlineData(" 2000-04-28 ", "2000-04-28T00:00:00.000")]
    [InlineData("28/04/99", "1999-04-28T00:00:00.000")]
    [InlineData("28/04/05", "1905-04-28T00:00:00.000")]
    public void The_standard_s_forms_are_read(string card, string expected) => CardTime.Read(MetadataValue.Of(card))!.Value.Iso.ShouldBe(expected);

    [Theory]
    [InlineData(51544.0, "2000-01-01T00:00:00.000")]
    [InlineData(51195.2035520278, "1999-01-17T04:53:06.895")]
    public void A_number_is_a_modified_Julian_date(double days, string expected) => CardTime.Read(MetadataValue.Of(days))!.Value.Iso.ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2000-13-01")]
    [InlineData("28.04.2000")]
    public void Anything_else_is_no_time(string card) => CardTime.Read(MetadataValue.Of(card)).ShouldBeNull();

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1.0)]
    [InlineData(1e9)]
    public void A_number_out_of_range_is_no_time(double days) => CardTime.Read(MetadataValue.Of(days)).ShouldBeNull();

    [Theory]
    [InlineData("2000-04-28T16:00:00", 16, "2000-04-28")]
    [InlineData("2000-04-28T15:59:59.999", 16, "2000-04-27")]
    [InlineData("2000-04-29T04:00:00", 16, "2000-04-28")]
    [InlineData("2000-05-01T03:00:00", 12, "2000-04-30")]
    [InlineData("2000-04-28", 16, "2000-04-28")]
    public void A_night_is_named_by_the_day_on_which_it_began(string card, int starts, string night) =>
        CardTime.Read(MetadataValue.Of(card))!.Value.NightOf(TimeSpan.FromHours(starts)).ShouldBe(night);
}
