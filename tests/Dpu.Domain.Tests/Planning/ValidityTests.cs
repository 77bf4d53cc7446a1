using Dpu.Domain.Catalog;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;

namespace Dpu.Domain.Tests.Planning;

/// <summary>Calibration is looked up by date: the newest valid one.</summary>
public sealed class ValidityTests
{
    private static readonly RecipeCatalog Catalog = SampleRecipes.Read("""
        Bias { command = [b], inputs { raw { type = raw-bias } }, divide-by = [chip], outputs { bias { type = bias, pattern = "*" } } }
        Science {
          command = [s]
          options { date { short = d, type = date, default = "", select { input = science, key = date } } }
          inputs {
            science { type = raw-science }
            bias { type = bias, match = [instrument, chip], pick = valid, valid-for = 10 d }
            hot { type = hot-pixels, match = [chip], pick = valid, optional = true }
          }
          divide-by = [chip, date]
        }
        Loose {
          command = [l]
          inputs { science { type = raw-science }, bias { type = bias, match = [chip], pick = valid } }
          divide-by = [chip]
        }
        """);

    [Fact]
    public void Each_night_gets_the_newest_of_those_that_are_valid_then()
    {
        CatalogFile[] files =
        [
            Science("s1", "ccd50", night: "2000-04-28"), Science("s2", "ccd50", night: "2000-05-20"),
            Bias("april", "2000-04-25", 1), Bias("april-again", "2000-04-30", 2), Bias("may", "2000-05-19", 3), Bias("other-year", "2001-05-19", 4),
        ];

        var plan = Plan("Science", [], files, Catalog).Plan;

        plan.Shape(0).ShouldBe(["chip=ccd50 date=2000-04-28", "chip=ccd50 date=2000-05-20"]);
        plan.Ids(0, 0, "bias").ShouldBe(["april-again"]);
        plan.Ids(0, 1, "bias").ShouldBe(["may"]);
    }

    [Fact]
    public void What_a_file_says_itself_counts_before_what_is_usual_and_both_ends_are_included()
    {
        CatalogFile[] files =
        [
            Science("s", "ccd50", night: "2000-04-28"),
            Bias("ends-that-night", "2000-01-01", 1, ("valid-until", "2000-04-28")),
            Bias("ended-before", "2000-04-28", 2, ("valid-until", "2000-04-27")),
            Bias("begins-after", "2000-04-28", 3, ("valid-from", "2000-04-29")),
        ];

        Plan("Science", [], files, Catalog).Plan.Ids(0, 0, "bias").ShouldBe(["ends-that-night"]);
    }

    [Fact]
    public void A_bound_of_its_own_and_the_usual_one_on_the_other_side()
    {
        CatalogFile[] files = [Science("s", "ccd50", night: "2000-04-28"), Bias("long", "2000-04-01", 1, ("valid-until", "2000-12-31")), Bias("always", null, 0)];

        Plan("Science", [], files, Catalog).Plan.Ids(0, 0, "bias").ShouldBe(["long"]);
        Plan("Science", [], [files[0], files[2]], Catalog).Plan.Ids(0, 0, "bias").ShouldBe(["always"]);
    }

    [Fact]
    public void Where_none_is_valid_the_refusal_says_when_they_are()
    {
        CatalogFile[] files = [Science("s", "ccd50", night: "2000-04-28"), Bias("may", "2000-05-19", 1), Bias("march", "2000-03-01", 2, ("valid-from", "2000-02-01"))];

        Errors("Science", [], files, Catalog).ShouldBe([new SubmissionError(
            "input-missing",
            "Science for chip ccd50, date 2000-04-28 needs a bias that is valid on 2000-04-28, but what there is holds from 2000-02-01 until 2000-03-11 and from 2000-05-09 until 2000-05-29: run Bias first, with commit, on a night nearer to it.")]);
    }

    [Fact]
    public void Several_nights_in_one_task_have_no_calibration_of_their_night()
    {
        CatalogFile[] files = [Science("s1", "ccd50", night: "2000-04-28"), Science("s2", "ccd50", night: "2000-05-20"), Bias("b", "2000-04-28", 1)];

        Errors("Loose", [], files, Catalog).ShouldHaveSingleItem().Message.ShouldBe(
            "Loose for chip ccd50 needs a bias of its date, but reads several: 2000-04-28 and 2000-05-20. Select one of them, or divide Loose by date.");
    }

    [Fact]
    public void What_is_no_date_is_said() => Errors("Science", [], [Science("s", "ccd50", night: "28 April"), Bias("b", "2000-04-28", 1)], Catalog)
        .ShouldHaveSingleItem().Message.ShouldContain("its date is '28 April', no date such as 2000-04-28");

    [Theory]
    [InlineData("i { type = t }, j { type = u, pick = valid }", "j.pick is valid, which needs 'match'")]
    [InlineData("i { type = t }, j { type = u, match = [k], pick = latest, valid-for = 3 d }", "j.valid-for means nothing without pick = valid")]
    [InlineData("i { type = t, pick = valid }", "i.pick cannot be valid here")]
    [InlineData("i { type = t }, j { type = u, match = [k], newest-per = [k] }", "j.newest-per cannot stand here")]
    public void Declarations_that_mean_nothing_are_refused(string inputs, string said) =>
        SampleRecipes.ErrorsOf($"A {{ command = [a], inputs {{ {inputs} }} }}").ShouldHaveSingleItem().ShouldContain(said);

    private static CatalogFile Bias(string id, string? night, int day, params (string Key, string Value)[] more)
    {
        (string, string)[] metadata = [("instrument", "WFI"), ("chip", "ccd50"), .. night is null ? [] : new[] { ("date", night) }, .. more];
        return File(id, "bias", metadata) with { RegisteredAt = Then.AddDays(day) };
    }
}
