using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;

namespace Dpu.Domain.Tests.Planning;

public sealed class ListedFilesTests
{
    private static readonly RecipeCatalog Catalog = SampleRecipes.Read("""
        Make { command = [m], inputs { raw { type = raw-science } }, divide-by = [chip], outputs { o { type = reduced, pattern = "*" } } }
        Astrometry {
          command = [a]
          options {
            instrument { short = i, type = string, default = "", select { input = reduced, key = instrument } }
            red_filenames { type = list, select { input = reduced } }
          }
          inputs { reduced { type = reduced } }
          divide-by = [chip]
        }
        """);

    private static readonly Domain.Catalog.CatalogFile[] Files =
        [.. new[] { "a", "b, c", "d" }.Select((id, i) => File(id, "reduced", ("chip", $"ccd{i}"), ("instrument", i == 2 ? "WFI" : "OMEGACAM")))];

    [Theory]
    [InlineData("a.fits", "a")]
    [InlineData("/archive/b, c.fits", "b, c")]
    [InlineData("b, c", "b, c")]
    public void A_file_is_named_by_name_path_or_id(string name, string id)
    {
        var plan = Plan("Astrometry", ["--red_filenames", name], Files, Catalog).Plan;

        plan.TaskCount.ShouldBe(1);
        plan.Ids(0, 0, "reduced").ShouldBe([id]);
    }

    [Fact]
    public void Several_files_are_named_one_by_one_and_each_counts_once() =>
        Plan("Astrometry", ["--red_filenames", "a.fits", "--red_filenames", "d", "--red_filenames", "a"], Files, Catalog).Plan
            .Files.Select(file => file.Id).ShouldBe(["a", "d"]);

    [Fact]
    public void Of_several_files_with_one_name_the_latest_is_meant() =>
        Plan("Astrometry", ["--red_filenames", "a.fits"], [.. Files, Files[0] with { Id = "later", RegisteredAt = Then.AddDays(1) }], Catalog).Plan
            .Files.Select(file => file.Id).ShouldBe(["later"]);

    [Fact]
    public void A_file_that_is_not_there_is_told_with_the_nearest_that_is() =>
        Errors("Astrometry", ["--red_filenames", "b, d.fits"], Files, Catalog).ShouldBe(
            [new SubmissionError("no-inputs", "Astrometry finds no reduced that is called 'b, d.fits' (option --red_filenames); did you mean 'b, c.fits'?", "red_filenames", "b, c.fits")]);

    [Fact]
    public void A_file_that_other_options_exclude_is_not_there() =>
        Errors("Astrometry", ["--red_filenames", "d.fits", "-i", "OMEGACAM"], Files, Catalog)[0].Message.ShouldStartWith(
            "Astrometry finds no reduced with instrument OMEGACAM that is called 'd.fits' (option --red_filenames)");

    [Fact]
    public void What_does_not_exist_yet_cannot_be_named() =>
        Errors("Make>Astrometry", ["--red_filenames", "a.fits"], [Science("s", "ccd50")], Catalog).ShouldHaveSingleItem().Message.ShouldBe(
            "Option --red_filenames names files of the catalog, but what Astrometry reads as its reduced is made by the steps before it.");

    [Fact]
    public void A_list_of_files_has_no_key() => SampleRecipes.ErrorsOf("""
        A { command = [a], options { x { type = list, select { input = i, key = chip } } }, inputs { i { type = t } } }
        """).ShouldHaveSingleItem().ShouldContain("A.options.x.select.key cannot stand here: a list names files by name, path or id");
}
