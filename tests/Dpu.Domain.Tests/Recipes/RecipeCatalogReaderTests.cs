using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class RecipeCatalogReaderTests
{
    [Fact]
    public void A_declaration_is_read_with_everything_in_it()
    {
        var reduce = SampleRecipes.Catalog.Find("Reduce").ShouldNotBeNull();

        reduce.Description.ShouldBe("Removes bias and flat field");
        reduce.Command.ShouldBe(["dpu-calibration", "reduce"]);
        reduce.DivideBy.ShouldBe(["chip"]);
        reduce.Resources.ShouldBe(new Resources(1, 512L * 1024 * 1024));
        reduce.ExpectedTime.ShouldBe(TimeSpan.FromSeconds(20));
        reduce.WallTime.ShouldBe(TimeSpan.FromMinutes(10));
        reduce.Outputs.ShouldBe([new OutputRule("reduced", "reduced", "*_reduced_*.fits", true), new OutputRule("quicklook", "quicklook", "*.png", false)]);
        reduce.DividedInput!.Name.ShouldBe("science");
        reduce.MatchedInputs.Select(input => input.Name).ShouldBe(["bias", "flat", "hot"]);
        var flat = reduce.Inputs[2];
        flat.Types.ShouldBe(["master-flat"]);
        flat.Match.ShouldBe(["instrument", "chip", "filter"]);
        flat.Pick.ShouldBe(InputPick.Latest);
        flat.Optional.ShouldBeFalse();
        reduce.Inputs[3].Optional.ShouldBeTrue();
    }

    [Fact]
    public void Options_keep_the_order_of_their_declaration()
    {
        var reduce = SampleRecipes.Catalog.Find("Reduce")!;

        reduce.Options.Select(option => option.ShortName).ShouldBe(["i", "c", "d", "o", "f", "tpl", "p", null, "C"]);
        reduce.Options[0].ShouldBe(new RecipeOption("instrument", "i", OptionType.Text, OptionValue.Nothing, true, "the camera", new OptionSelect("science", "instrument")));
        reduce.Options[2].Default.ShouldBe(new OptionValue.OfText(""));
        reduce.Options[6].Default.Json.ShouldBe("{}");
        reduce.Options[8].Default.ShouldBe(new OptionValue.OfFlag(false));
    }

    [Fact]
    public void What_is_not_said_has_a_modest_default()
    {
        var nothing = SampleRecipes.Catalog.Find("Null")!;

        nothing.DividedInput.ShouldBeNull();
        nothing.Resources.ShouldBe(new Resources(1, 0));
        nothing.WallTime.ShouldBeNull();
        nothing.ExpectedTime.ShouldBe(TimeSpan.FromSeconds(10));
        nothing.Options[1].Default.ShouldBe(OptionValue.Nothing);
        nothing.Options[2].Default.ShouldBe(new OptionValue.OfFlag(false));
    }

    [Fact]
    public void A_recipe_that_is_null_is_taken_away() =>
        SampleRecipes.Read("A { command = [a] }\nB { command = [b] }\nA = null").Recipes.Select(recipe => recipe.Name).ShouldBe(["B"]);

    [Fact]
    public void Every_bad_recipe_is_told_with_its_place()
    {
        var errors = SampleRecipes.ErrorsOf("""
            Good { command = [a] }
            NoCommand { description = nothing }
            Misspelt { command = [a], dividde-by = [] }
            """);

        errors.Length.ShouldBe(2);
        errors[0].ShouldStartWith("recipes.conf:2:");
        errors[0].ShouldContain("dpu.recipes.NoCommand.command is missing");
        errors[1].ShouldStartWith("recipes.conf:3:");
        errors[1].ShouldContain("unknown key dpu.recipes.Misspelt.dividde-by; did you mean dpu.recipes.Misspelt.divide-by?");
    }

    [Theory]
    [InlineData("A { command = [] }", "dpu.recipes.A.command is empty")]
    [InlineData("A { command = [a], divide-by = [chip] }", "dpu.recipes.A.divide-by has nothing to divide")]
    [InlineData("A { command = [a], options { x { type = text } } }", "expected one of string, integer, number, flag, date, map, list")]
    [InlineData("A { command = [a], options { x { type = integer, default = 1.5 } } }", "dpu.recipes.A.options.x.default is 1.5; expected an integer such as 3")]
    [InlineData("A { command = [a], options { x { type = date, default = yesterday } } }", "expected a date such as 2000-04-28")]
    [InlineData("A { command = [a], options { x { type = string, default = a, required = true } } }", "dpu.recipes.A.options.x.default is never used")]
    [InlineData("A { command = [a], options { x { short = i, type = string }, y { short = i, type = string } } }", "two options that are both called 'i': x and y")]
    [InlineData("A { command = [a], options { x { short = y, type = string }, y { type = string } } }", "two options that are both called 'y': x and y")]
    [InlineData("A { command = [a], options { x { short = \"-i\", type = string } } }", "cannot be typed: '-i'")]
    [InlineData("A { command = [a], options { x { type = string, select { input = sciense, key = k } } }, inputs { science { type = t } } }", "names no input of the recipe: 'sciense'; did you mean 'science'?")]
    [InlineData("A { command = [a], options { x { type = map, select { input = i, key = k } } }, inputs { i { type = t } } }", "dpu.recipes.A.options.x.select needs an option with a single value")]
    [InlineData("A { command = [a], inputs { i { type = [] } } }", "dpu.recipes.A.inputs.i.type is empty")]
    [InlineData("A { command = [a], inputs { i { type = t, match = [k] } } }", "dpu.recipes.A.inputs.i.match cannot stand here")]
    [InlineData("A { command = [a], inputs { i { type = t, pick = latest } } }", "dpu.recipes.A.inputs.i.pick cannot be latest here")]
    [InlineData("A { command = [a], inputs { i { type = t }, j { type = t, pick = newest } } }", "expected one of all, latest")]
    [InlineData("A { command = [a], inputs { i { type = t, query = \"visit >= 5\" } } }", "dpu.recipes.A.inputs.i.query cannot be read. The query is wrong at character 7: there is no key before '>='")]
    [InlineData("A { command = [a], resources { cpus = 0 } }", "dpu.recipes.A.resources.cpus")]
    [InlineData("A { command = [a], resources { memory = much } }", "dpu.recipes.A.resources.memory")]
    [InlineData("A { command = [a], outputs { o { type = t } } }", "dpu.recipes.A.outputs.o.pattern is missing")]
    [InlineData("\"A>B\" { command = [a] }", "cannot be a recipe's name")]
    public void A_declaration_that_makes_no_sense_is_refused(string text, string expected)
    {
        var error = SampleRecipes.ErrorsOf(text).ShouldHaveSingleItem();

        error.ShouldStartWith("recipes.conf:1:");
        error.ShouldContain(expected);
    }
}
