using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Planning;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Recipes;

public sealed class RecipeVariantTests
{
    private const string Declared = """
        Find {
          description = "Finds sources"
          command = [dpu-calibration, find]
          options { chip { short = c, type = string, default = "" } }
          inputs { image { type = raw-bias }, mask { type = mask, optional = true } }
          divide-by = [chip]
          outputs { list { type = list, pattern = "*.fits", main = true } }
          variants {
            sextractor {
              command = [dpu-calibration, find-sextractor]
              needs { source-extractor { package = source-extractor } }
              inputs { mask = null }
            }
            by-hand { command = [by-hand] }
            none = null
          }
        }
        Count { command = [count], inputs { list { type = list } } }
        """;

    private static readonly RecipeCatalog Catalog = SampleRecipes.Read(Declared);

    [Fact]
    public void A_variant_is_its_recipe_but_for_what_it_says()
    {
        var variant = Catalog.Find("Find:sextractor")!;

        (variant.Name, variant.VariantOf, variant.Description).ShouldBe(("Find:sextractor", "Find", "Finds sources"));
        variant.Command.ShouldBe(["dpu-calibration", "find-sextractor"]);
        variant.Options.Select(option => option.Name).ShouldBe(["chip"]);
        variant.Inputs.Select(input => input.Name).ShouldBe(["image"]);
        variant.Outputs.Single().Type.ShouldBe("list");
        variant.Needs.ShouldBe([new ProgramNeed("source-extractor", "source-extractor")]);
        variant.Programs.ShouldBe(["dpu-calibration", "source-extractor"]);
        Catalog.Find("Find")!.VariantOf.ShouldBeNull();
        Catalog.VariantsOf("Find").Select(recipe => recipe.Name).ShouldBe(["Find:by-hand", "Find:sextractor"]);
    }

    [Fact]
    public void Only_the_recipe_itself_is_advised_as_the_maker_of_what_both_make() =>
        Catalog.MakersOf("list").Select(recipe => recipe.Name).ShouldBe(["Find"]);

    [Fact]
    public void A_variant_stands_in_a_chain_where_its_recipe_could()
    {
        var job = SampleFiles.Plan("Find:sextractor>Count", [], [SampleFiles.File("raw-1", "raw-bias", ("chip", "ccd50"))], Catalog);

        job.Plan.Steps.Select(step => step.Recipe).ShouldBe(["Find:sextractor", "Count"]);
    }

    [Theory]
    [InlineData("Find:sextracter", "Find has no variant 'sextracter'; did you mean 'Find:sextractor'?", "Find:sextractor")]
    [InlineData("Find:", "Find has no variant ''; there are Find:by-hand, Find:sextractor", null)]
    [InlineData("Count:fast", "Count has no variant 'fast'; it has none", null)]
    [InlineData("Fimd:sextractor", "There is no recipe 'Fimd:sextractor'; did you mean 'Find:sextractor'?", "Find:sextractor")]
    public void An_unknown_variant_is_refused_with_those_that_there_are(string text, string message, string? suggestion) =>
        SampleRecipes.Refused(Sequence.Parse(text, Catalog)).ShouldBe([new SubmissionError("unknown-recipe", message, null, suggestion)]);

    [Theory]
    [InlineData("\"A:b\" { command = [a] }", "cannot be a recipe's name")]
    [InlineData("A { command = [a], variants { \"b c\" { } } }", "cannot be a variant's name")]
    [InlineData("A { command = [a], variants = [b] }", "is no object")]
    [InlineData("A { command = [a], variants { b = fast } }", "is no object")]
    [InlineData("A { command = [a], variants { b { comand = [c] } } }", "did you mean")]
    [InlineData("A { command = [a], variants { b { variants { c { } } } } }", "unknown key")]
    public void A_wrong_declaration_is_told_with_its_place(string text, string problem) => SampleRecipes.ErrorsOf(text).ShouldHaveSingleItem().ShouldContain(problem);

    [Fact]
    public void A_step_of_a_pipeline_may_run_a_variant()
    {
        var catalog = SamplePipelines.Read("P { steps { find { recipe = \"Find:sextractor\" }, count { recipe = Count } } }", Declared);

        catalog.FindPipeline("P")!.Steps[0].Recipe.Command.ShouldBe(["dpu-calibration", "find-sextractor"]);
        catalog.FindPipeline("P")!.Steps[0].Recipe.Needs.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_third_party_s_recipe_is_known_without_a_command_and_added_by_one()
    {
        const string Known = """GalFit { third-party = "GALFIT of C. Y. Peng", inputs { image { type = coadd } } }""";
        var known = SampleRecipes.Read(Known).Find("GalFit")!;
        var added = SampleRecipes.Read(Known + "\nGalFit.command = [my-galfit]").Find("GalFit")!;

        known.IsAdded.ShouldBeFalse();
        known.Programs.ShouldBeEmpty();
        known.WhyNotAdded!.ShouldContain("dpu.recipes.GalFit.command = [my-galfit]");
        known.WhyNotAdded!.ShouldContain("GALFIT of C. Y. Peng");
        (added.IsAdded, added.WhyNotAdded).ShouldBe((true, null));
        added.Programs.ShouldBe(["my-galfit"]);
    }

    [Fact]
    public void Without_either_a_command_is_missing() => SampleRecipes.ErrorsOf("A { description = nothing }").ShouldHaveSingleItem().ShouldContain("command is missing");
}
