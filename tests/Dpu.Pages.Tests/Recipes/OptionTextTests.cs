using System.Text.Json;
using Dpu.Pages.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Pages.Tests.Recipes;

/// <summary>Values on their way through a field of a form.</summary>
public sealed class OptionTextTests
{
    [Theory]
    [InlineData("""["a b.fits","c,d.fits","e\"f"]""", "a b.fits\nc,d.fits\ne\"f")]
    [InlineData("""["[1].fits"]""", "[1].fits")]
    [InlineData("""["two\nlines"]""", """["two\nlines"]""")]
    [InlineData("""["[\"x\"]"]""", """["[\"x\"]"]""")]
    [InlineData("[]", "")]
    public void A_list_stands_in_lines_and_comes_back(string json, string text)
    {
        var list = JsonDocument.Parse(json).RootElement;
        OptionText.Of(list).ShouldBe(text);
        Same(OptionText.Read("list", text), list).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"SIGMA":"3","NAME":"a=b, c"}""", "SIGMA=3\nNAME=a=b, c")]
    [InlineData("""{"DEEP":{"x":1}}""", """{"DEEP":{"x":1}}""")]
    [InlineData("""{"a=b":"c"}""", """{"a=b":"c"}""")]
    [InlineData("{}", "")]
    public void A_map_stands_in_lines_and_comes_back(string json, string text)
    {
        var map = JsonDocument.Parse(json).RootElement;
        OptionText.Of(map).ShouldBe(text);
        Same(OptionText.Read("map", text), map).ShouldBeTrue();
    }

    [Theory]
    [InlineData("string", "WFI, \"x\"\nand more", "WFI, \"x\"\nand more")]
    [InlineData("integer", "3x", "3x")]
    [InlineData("date", "2000-04-28", "2000-04-28")]
    public void Whatever_is_no_list_or_map_goes_as_it_was_typed(string type, string text, string value) => OptionText.Read(type, text).GetString().ShouldBe(value);

    [Fact]
    public void A_box_is_ticked_or_not()
    {
        OptionText.Read("flag", "true").GetBoolean().ShouldBeTrue();
        OptionText.Read("flag", "false").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public void A_line_without_a_value_is_told() =>
        Should.Throw<FormatException>(() => OptionText.Read("map", "SIGMA=3\nCLIP")).Message.ShouldContain("'CLIP'");

    [Fact]
    public void A_name_that_stands_there_twice_is_told() =>
        Should.Throw<FormatException>(() => OptionText.Read("map", "SIGMA=3\nSIGMA=4")).Message.ShouldContain("'SIGMA'");

    private static bool Same(JsonElement one, JsonElement other) => JsonElement.DeepEquals(one, other);
}
