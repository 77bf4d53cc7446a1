using Shouldly;

namespace Dpu.Hocon.Tests;

public sealed class NearestNameTests
{
    private static readonly string[] Recipes = ["ReadNoise", "Bias", "HotPixels", "DomeFlat", "TwilightFlat", "Reduce", "Regrid", "Coadd", "SourceList"];

    [Theory]
    [InlineData("Redcue", "Reduce")]
    [InlineData("reduce", "Reduce")]
    [InlineData("Bais", "Bias")]
    [InlineData("HotPixel", "HotPixels")]
    [InlineData("DomFlat", "DomeFlat")]
    [InlineData("Sourcelists", "SourceList")]
    [InlineData("Twi", "TwilightFlat")]
    [InlineData("Coaddition", null)]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    [InlineData("Re", null)]
    public void The_name_most_alike_is_found(string wanted, string? nearest) => NearestName.Find(wanted, Recipes).ShouldBe(nearest);

    [Theory]
    [InlineData("c", new[] { "i", "d" }, null)]
    [InlineData("ab", new[] { "ac", "ab" }, "ab")]
    [InlineData("prot", new[] { "port", "prop" }, "port")]
    public void Short_names_are_not_stretched(string wanted, string[] known, string? nearest) => NearestName.Find(wanted, known).ShouldBe(nearest);

    [Fact]
    public void Absurdly_long_names_are_like_nothing() =>
        NearestName.Find(new string('a', 1_000_000), [new string('a', 999_999)]).ShouldBeNull();
}
