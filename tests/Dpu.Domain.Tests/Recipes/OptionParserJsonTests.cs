using Dpu.Domain.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class OptionParserJsonTests
{
    [Fact]
    public void A_program_sends_typed_values()
    {
        var step = SampleRecipes.JsonOptions("Reduce", """{"i": "WFI", "C": 1, "pars": {"X.Y": "USNO-B1.0", "n": 3}, "red_filenames": ["a.fits", "b,c.fits"]}""").Steps[0];

        step.Values["commit"].ShouldBe(new OptionValue.OfFlag(true));
        step.Parameters["pars"].ShouldBe("""{"X.Y":"USNO-B1.0","n":3}""");
        step.Parameters["red_filenames"].ShouldBe("""["a.fits","b,c.fits"]""");
    }

    [Theory]
    [InlineData("""{"i": "WFI", "C": true}""", "commit", "true")]
    [InlineData("""{"i": "WFI", "C": "False"}""", "commit", "false")]
    [InlineData("""{"i": "WFI", "f": 842}""", "filter", "\"842\"")]
    [InlineData("""{"i": "WFI", "c": null}""", "chip", "\"\"")]
    [InlineData("""{"i": "WFI", "instrument": ""}""", "instrument", "\"WFI\"")]
    [InlineData("""{"i": "WFI", "red_filenames": "one.fits"}""", "red_filenames", "[\"one.fits\"]")]
    public void Values_are_taken_the_way_that_they_are_meant(string json, string option, string expected) =>
        SampleRecipes.JsonOptions("Reduce", json).Steps[0].Parameters[option].ShouldBe(expected);

    [Theory]
    [InlineData("""{"n": 1.5}""", "Option 'n' must be an integer such as 3, not 1.5.")]
    [InlineData("""{"n": true}""", "Option 'n' must be an integer such as 3, not true.")]
    [InlineData("""{"n": "many"}""", "Option 'n' must be an integer such as 3, not 'many'.")]
    [InlineData("""{"seconds": [1]}""", "Option 'seconds' must be a number such as 1.5, not [1].")]
    [InlineData("""{"C": 2}""", "Option 'C' must be true or false (1 or 0), not 2.")]
    public void A_wrong_type_is_told(string json, string message) =>
        SampleRecipes.JsonOptionErrors("Null", json).ShouldHaveSingleItem().Message.ShouldBe(message);

    [Theory]
    [InlineData("""{"i": {"a": 1}}""", "Option 'i' must be a text such as WFI, not {\"a\": 1}.")]
    [InlineData("""{"i": "WFI", "pars": 5}""", "Option 'pars' must be names with values such as NAME=VALUE or {\"NAME\": \"VALUE\"}, not 5.")]
    [InlineData("""{"i": "WFI", "red_filenames": [["a"]]}""", "Option 'red_filenames' must be a text for each element, or a list of texts such as [\"a.fits\", \"b.fits\"], not [[\"a\"]].")]
    [InlineData("""{"i": "WFI", "pars": {"a": 1, "a": 2}}""", "Option 'pars' must be names with values such as NAME=VALUE or {\"NAME\": \"VALUE\"}, not {\"a\": 1, \"a\": 2}.")]
    public void A_wrong_shape_is_told(string json, string message) =>
        SampleRecipes.JsonOptionErrors("Reduce", json).ShouldHaveSingleItem().Message.ShouldBe(message);

    [Fact]
    public void Half_a_character_is_refused_and_not_a_crash()
    {
        SampleRecipes.JsonOptionErrors("Reduce", """{"i": "\ud800"}""").ShouldHaveSingleItem().Code.ShouldBe("bad-option");
        SampleRecipes.JsonOptionErrors("Reduce", """{"i": "WFI", "\ud800": 1}""").ShouldHaveSingleItem().Code.ShouldBe("bad-option");
        SampleRecipes.JsonOptionErrors("Reduce", """{"i": "WFI", "pars": {"\ud800": 1}}""").ShouldHaveSingleItem().Code.ShouldBe("bad-option");
    }

    [Fact]
    public void The_same_name_twice_is_refused() =>
        SampleRecipes.JsonOptionErrors("Reduce", """{"i": "WFI", "i": "WFI"}""").ShouldHaveSingleItem().Code.ShouldBe("option-twice");

    [Fact]
    public void Options_that_are_no_object_are_refused() =>
        SampleRecipes.JsonOptionErrors("Null", "[1]").ShouldBe(
            [new SubmissionError("bad-option", "Options are an object of names and values, such as {\"i\": \"WFI\"}.")]);

    [Fact]
    public void No_options_at_all_are_fine() => SampleRecipes.JsonOptions("Null", "null").Steps[0].Arguments.ShouldBe(["--seconds", "0"]);
}
