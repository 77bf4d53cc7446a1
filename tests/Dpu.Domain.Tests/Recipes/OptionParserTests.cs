using Dpu.Domain.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class OptionParserTests
{
    [Theory]
    [InlineData("-i", "WFI")]
    [InlineData("-i=WFI")]
    [InlineData("--instrument", "WFI")]
    [InlineData("--instrument=WFI")]
    [InlineData("i=WFI")]
    [InlineData("instrument=WFI")]
    public void An_option_may_be_written_in_every_usual_way(params string[] tokens) =>
        SampleRecipes.Options("Reduce", tokens).Steps[0].Values["instrument"].ShouldBe(new OptionValue.OfText("WFI"));

    [Theory]
    [InlineData(true, "-C")]
    [InlineData(true, "--commit")]
    [InlineData(true, "-C=1")]
    [InlineData(true, "C=1")]
    [InlineData(true, "-C", "1")]
    [InlineData(true, "commit=True")]
    [InlineData(false, "C=0")]
    [InlineData(false, "--commit=false")]
    [InlineData(false, "-C", "no")]
    [InlineData(false)]
    public void A_flag_is_on_when_it_stands_there(bool expected, params string[] tokens)
    {
        var options = SampleRecipes.Options("Reduce", ["-i", "WFI", .. tokens]);

        options.IsSet("commit").ShouldBe(expected);
        options.Steps[0].Parameters["commit"].ShouldBe(expected ? "true" : "false");
    }

    [Fact]
    public void A_flag_does_not_swallow_what_follows_it() =>
        SampleRecipes.Options("Reduce", "-C", "-i", "WFI").Steps[0].Arguments.ShouldBe(["--instrument", "WFI", "--commit"]);

    [Fact]
    public void A_short_name_may_have_several_letters() =>
        SampleRecipes.Options("Reduce", "-i", "WFI", "-tpl", "strict").Steps[0].Values["template"].Text.ShouldBe("strict");

    [Theory]
    [InlineData("-n", "-5")]
    [InlineData("-n=-5")]
    [InlineData("n=-5")]
    public void A_number_may_be_negative(params string[] tokens) =>
        SampleRecipes.Options("Null", tokens).Steps[0].Values["count"].ShouldBe(new OptionValue.OfInteger(-5));

    [Fact]
    public void A_value_may_begin_with_a_dash_unless_it_is_an_option()
    {
        SampleRecipes.Options("Reduce", "-i", "-WFI").Steps[0].Values["instrument"].Text.ShouldBe("-WFI");
        SampleRecipes.Options("Reduce", "-i=--chip").Steps[0].Values["instrument"].Text.ShouldBe("--chip");
        SampleRecipes.OptionErrors("Reduce", "-i", "-c", "ccd50")[0].ShouldBe(
            new SubmissionError("bad-option", "Option 'i' needs a value: a text such as WFI.", "i"));
    }

    [Fact]
    public void Only_the_first_equals_sign_divides() =>
        SampleRecipes.Options("Reduce", "i=WFI", "-p", "A.B=x=y", "-p=C=1").Steps[0].Values["pars"].Json.ShouldBe("""{"A.B":"x=y","C":"1"}""");

    [Fact]
    public void A_map_may_be_given_as_JSON_and_reaches_the_recipe_as_JSON()
    {
        var step = SampleRecipes.Options("Reduce", "-i", "WFI", "-p", """{"X.Y": 3, "Z": "a b"}""").Steps[0];

        step.Parameters["pars"].ShouldBe("""{"X.Y":3,"Z":"a b"}""");
        step.Arguments.ShouldBe(["--instrument", "WFI", "--pars", """{"X.Y":3,"Z":"a b"}"""]);
    }

    [Fact]
    public void A_list_accumulates_and_is_never_split()
    {
        var step = SampleRecipes.Options("Reduce", "-i", "WFI", "--red_filenames", "a,b.fits", "red_filenames=c d.fits").Steps[0];

        step.Parameters["red_filenames"].ShouldBe("""["a,b.fits","c d.fits"]""");
        step.Arguments.ShouldBe(["--instrument", "WFI", "--red_filenames", "a,b.fits", "--red_filenames", "c d.fits"]);
    }

    [Fact]
    public void What_is_empty_is_left_out_of_the_command_line_but_not_of_the_parameters()
    {
        var step = SampleRecipes.Options("Reduce", "-i", "WFI", "d=2000-04-28").Steps[0];

        step.Arguments.ShouldBe(["--instrument", "WFI", "--date", "2000-04-28"]);
        step.Parameters.ToDictionary().ShouldBe(
            new Dictionary<string, string>
            {
                ["chip"] = "\"\"",
                ["commit"] = "false",
                ["date"] = "\"2000-04-28\"",
                ["filter"] = "\"\"",
                ["instrument"] = "\"WFI\"",
                ["object"] = "\"\"",
                ["pars"] = "{}",
                ["red_filenames"] = "null",
                ["template"] = "null",
            },
            ignoreOrder: true);
    }

    [Fact]
    public void An_empty_selection_counts_as_not_given()
    {
        // The first example of the user's documents: instrument= , i=WFI
        SampleRecipes.Options("Reduce", "instrument=", "i=WFI", "d=").Steps[0].Values["instrument"].Text.ShouldBe("WFI");
        SampleRecipes.OptionErrors("Reduce", "i=").ShouldHaveSingleItem().Code.ShouldBe("option-missing");
    }

    [Fact]
    public void Each_option_goes_to_every_step_that_knows_it()
    {
        var options = SampleRecipes.Options("Reduce>Regrid>Coadd", "-i", "WFI", "-f", "#842", "-s", "0.5", "-C");

        options.Steps.Select(step => string.Join(' ', step.Arguments)).ShouldBe(
        [
            "--instrument WFI --filter #842 --commit",
            "--instrument WFI --scale 0.5 --commit",
            "--filter #842 --commit",
        ]);
    }

    [Fact]
    public void The_same_name_may_have_another_type_in_another_recipe()
    {
        var catalog = SampleRecipes.Read("""
            A { command = [a], options { x { type = flag }, y { type = flag } } }
            B { command = [b], options { x { type = integer } } }
            """);

        var options = SampleRecipes.Accepted(OptionParser.Parse(SampleRecipes.Sequence("A>B", catalog), ["-x", "1", "-y"]));

        options.Steps[0].Arguments.ShouldBe(["--x", "--y"]);
        options.Steps[1].Arguments.ShouldBe(["--x", "1"]);
    }

    [Fact]
    public void An_unknown_option_is_refused_with_the_nearest()
    {
        SampleRecipes.OptionErrors("Reduce", "-i", "WFI", "--instrumnt", "WFI", "--zzz").ShouldBe(
        [
            new SubmissionError("unknown-option", "Reduce has no option 'instrumnt'; did you mean 'instrument'?", "instrumnt", "instrument"),
            new SubmissionError("unknown-option", "Reduce has no option 'zzz'; 'dpu options \"Reduce\"' lists them", "zzz"),
        ]);
        SampleRecipes.OptionErrors("Reduce>Coadd", "-i", "WFI", "-F", "#842").ShouldBe(
            [new SubmissionError("unknown-option", "No recipe of Reduce>Coadd has an option 'F'; did you mean 'f'?", "F", "f")]);
    }

    [Theory]
    [InlineData("Null", "-n=x", "Option 'n' must be an integer such as 3, not 'x'.")]
    [InlineData("Null", "-n=1.5", "Option 'n' must be an integer such as 3, not '1.5'.")]
    [InlineData("Null", "-n=99999999999999999999", "Option 'n' must be an integer such as 3, not '99999999999999999999'.")]
    [InlineData("Null", "--seconds=1,5", "Option 'seconds' must be a number such as 1.5, not '1,5'.")]
    [InlineData("Null", "--seconds=NaN", "Option 'seconds' must be a number such as 1.5, not 'NaN'.")]
    [InlineData("Null", "--seconds=1e999", "Option 'seconds' must be a number such as 1.5, not '1e999'.")]
    [InlineData("Null", "--seconds=", "Option 'seconds' must be a number such as 1.5, not ''.")]
    [InlineData("Null", "C=maybe", "Option 'C' must be true or false (1 or 0), not 'maybe'.")]
    [InlineData("Reduce", "d=28-04-2000", "Option 'd' must be a date such as 2000-04-28, not '28-04-2000'.")]
    [InlineData("Reduce", "d=2001-02-29", "Option 'd' must be a date such as 2000-04-28, not '2001-02-29'.")]
    [InlineData("Reduce", "p=x", "Option 'p' must be names with values such as NAME=VALUE or {\"NAME\": \"VALUE\"}, not 'x'.")]
    [InlineData("Reduce", "p={\"a\": 1", "Option 'p' must be names with values such as NAME=VALUE or {\"NAME\": \"VALUE\"}, not '{\"a\": 1'.")]
    [InlineData("Reduce", "o=a\0b", "Option 'o' holds a NUL character, which no program can be given.")]
    public void A_wrong_type_is_told_with_what_is_expected(string sequence, string token, string message)
    {
        string[] required = sequence == "Reduce" ? ["-i", "WFI"] : [];

        var error = SampleRecipes.OptionErrors(sequence, [.. required, token]).ShouldHaveSingleItem();

        error.Code.ShouldBe("bad-option");
        error.Message.ShouldBe(message);
    }

    [Fact]
    public void The_same_option_twice_is_refused() =>
        SampleRecipes.OptionErrors("Reduce", "-i", "WFI", "--instrument=OMEGACAM", "p=A=1", "p=A=2").ShouldBe(
        [
            new SubmissionError("option-twice", "Option -i or --instrument was given more than once: 'WFI' and 'OMEGACAM'.", "instrument"),
            new SubmissionError("option-twice", "Option -p or --pars names 'A' more than once: \"1\" and \"2\".", "pars"),
        ]);

    [Fact]
    public void A_missing_option_is_told_with_both_names_and_everybody_who_needs_it() =>
        SampleRecipes.OptionErrors("Bias").ShouldBe(
            [new SubmissionError("option-missing", "Bias cannot run without option -i or --instrument (the camera).", "instrument")]);

    [Fact]
    public void A_value_without_a_name_is_explained() =>
        SampleRecipes.OptionErrors("Reduce", "-i", "WFI", "ccd50", "--", "-").Select(error => error.Message).ShouldBe(
        [
            "'ccd50' is not an option: values follow an option's name, as in --instrument VALUE or i=VALUE.",
            "'--' is not an option: values follow an option's name, as in --instrument VALUE or i=VALUE.",
            "'-' is not an option: values follow an option's name, as in --instrument VALUE or i=VALUE.",
        ]);

    [Fact]
    public void All_errors_are_told_at_once() =>
        SampleRecipes.OptionErrors("Reduce", "ccd50", "--nonsense", "d=x", "c=a", "c=b", "-o").Select(error => error.Code).ShouldBe(
            ["unknown-option", "bad-option", "unknown-option", "option-twice", "bad-option", "option-missing"],
            ignoreOrder: true);

    [Fact]
    public void An_error_that_two_steps_find_is_told_once() =>
        SampleRecipes.OptionErrors("Null>Null", "-n", "x").ShouldHaveSingleItem();
}
