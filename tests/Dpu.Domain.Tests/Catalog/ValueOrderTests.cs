using Dpu.Domain.Catalog;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Catalog;

public sealed class ValueOrderTests
{
    [Theory]
    [InlineData("9", "10")]
    [InlineData("60.25", "60.3")]
    [InlineData("-3", "-2.5")]
    [InlineData("1e3", "1001")]
    [InlineData("9007199254740992", "9007199254740993")]
    [InlineData("ccd9", "ccd10")]
    [InlineData("2000-04-28", "2000-04-28T00:00:01")]
    [InlineData("1999-12-31", "2000-01-01")]
    [InlineData("", "a")]
    public void Comes_before(string first, string second)
    {
        ValueOrder.Compare(first, second).ShouldBeLessThan(0);
        ValueOrder.Compare(second, first).ShouldBeGreaterThan(0);
        ValueOrder.Compare(first, first).ShouldBe(0);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData(" 1")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    public void Is_no_number(string text) => ValueOrder.NumberOf(text).ShouldBeNull();

    [Fact]
    public void Numbers_that_are_equal_are_equal_however_they_are_written() => ValueOrder.Compare("1.50", "15e-1").ShouldBe(0);
}
