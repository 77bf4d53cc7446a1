using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;

namespace Dpu.Domain.Tests.Planning;

/// <summary>A task that reads several chips and makes a frame of each serves the chips' tasks after it; of a frame that was made twice the newer is read.</summary>
public sealed class FramesApartTests
{
    private static readonly RecipeCatalog Catalog = SampleRecipes.Read("""
        Reduce { command = [r], inputs { science { type = raw-science } }, divide-by = [chip], outputs { reduced { type = reduced, pattern = "*", each = science } } }
        Global {
          command = [g]
          inputs { reduced { type = reduced, newest-per = [chip, exposure] } }
          divide-by = [filter]
          outputs { reduced { type = reduced, pattern = "*", each = reduced }, report { type = report, pattern = "*.txt" } }
        }
        Lumped { command = [l], inputs { reduced { type = reduced } }, divide-by = [filter], outputs { reduced { type = reduced, pattern = "*" } } }
        Regrid {
          command = [w]
          options { red_filenames { type = list, select { input = reduced } } }
          inputs { reduced { type = reduced, newest-per = [chip, exposure] } }
          divide-by = [chip], outputs { regridded { type = regridded, pattern = "*", each = reduced } }
        }
        Coadd { command = [c], inputs { regridded { type = regridded } }, divide-by = [filter], outputs { coadd { type = coadd, pattern = "*" } } }
        """);

    [Fact]
    public void A_barrier_over_all_chips_may_stand_in_the_middle_of_a_chain()
    {
        var plan = Plan("Reduce>Global>Regrid>Coadd", [], [Science("a", "ccd50"), Science("b", "ccd51"), Science("c", "ccd51", filter: "#845")], Catalog).Plan;

        plan.Shape(0).ShouldBe(["chip=ccd50", "chip=ccd51"]);
        plan.Shape(1).ShouldBe(["filter=#842 ← 0,1", "filter=#845 ← 1"]);
        plan.Shape(2).ShouldBe(["chip=ccd50 ← 2", "chip=ccd51 ← 2,3"]);
        plan.Shape(3).ShouldBe(["filter=#842 ← 4,5", "filter=#845 ← 5"]);
    }

    [Fact]
    public void What_is_made_of_several_chips_together_still_belongs_to_none() =>
        Errors("Lumped>Regrid", [], [Reduced("a", "ccd50"), Reduced("b", "ccd51")], Catalog).ShouldHaveSingleItem().Message.ShouldStartWith("Regrid is divided by chip, but Lumped for filter #842 reads several: ccd50 and ccd51");

    [Fact]
    public void Of_a_frame_that_was_made_twice_the_newer_is_read_and_what_lacks_the_keys_is_read_whole()
    {
        var old = Reduced("old", "ccd50");
        var plan = Plan("Regrid", [], [old, old with { Id = "new", RegisteredAt = Then.AddHours(1) }, Reduced("next", "ccd50", "e2"), File("bare", "reduced", ("chip", "ccd50"))], Catalog).Plan;

        plan.Ids(0, 0, "reduced").ShouldBe(["new", "next", "bare"], ignoreOrder: true);
    }

    [Fact]
    public void Who_names_a_file_means_that_one()
    {
        var old = Reduced("old", "ccd50");
        Plan("Regrid", ["--red_filenames", "old"], [old, old with { Id = "new", RegisteredAt = Then.AddHours(1) }], Catalog).Plan.Ids(0, 0, "reduced").ShouldBe(["old"]);
    }

    [Fact]
    public void Whoever_needs_a_reduced_frame_is_told_to_make_one_and_not_to_mend_one() =>
        Errors("Regrid", [], [], Catalog)[0].Message.ShouldBe("Regrid finds no reduced in the catalog: run Reduce first, with commit.");

    [Theory]
    [InlineData("reduce", "expected the input that is divided into groups, here reduced")]
    [InlineData("bias", "expected the input that is divided into groups, here reduced")]
    public void Each_names_the_divided_input(string each, string said) => SampleRecipes.ErrorsOf(
        $"A {{ command = [a], inputs {{ reduced {{ type = t }}, bias {{ type = b, match = [c] }} }}, outputs {{ o {{ type = x, pattern = \"*\", each = {each} }} }} }}").ShouldHaveSingleItem().ShouldContain(said);

    private static Domain.Catalog.CatalogFile Reduced(string id, string chip, string exposure = "e1") =>
        File(id, "reduced", ("chip", chip), ("exposure", exposure), ("filter", "#842"));
}
