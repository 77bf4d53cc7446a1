using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;

namespace Dpu.Domain.Tests.Planning;

public sealed class PlannerErrorTests
{
    private static readonly string[] Wfi = ["-i", "WFI"];

    [Fact]
    public void A_missing_input_is_told_with_its_group_and_who_makes_it()
    {
        var files = Night("ccd50", "ccd51").Where(file => file.Id is not ("b-ccd50" or "f-ccd51"));

        Errors("Reduce", Wfi, [.. files]).ShouldBe(
        [
            new SubmissionError("input-missing", "no bias for chip ccd50 (instrument WFI): run Bias first, with commit"),
            new SubmissionError("input-missing", "no master-flat (input 'flat') for chip ccd51 (instrument WFI, filter #842): run DomeFlat or TwilightFlat first, with commit"),
        ]);
    }

    [Fact]
    public void A_missing_input_that_nobody_makes_is_to_be_ingested() =>
        Errors("SourceList", [], [File("c", "coadd", ("instrument", "WFI"), ("filter", "#842"))]).ShouldBe(
            [new SubmissionError("input-missing", "no mask (instrument WFI, filter #842): no recipe makes that, ingest it first")]);

    [Fact]
    public void Of_many_groups_only_the_first_are_told_one_by_one()
    {
        var errors = Errors("Reduce", Wfi, [.. Enumerable.Range(1, 20).Select(i => Science("s" + i, "ccd" + i))]);

        errors.Length.ShouldBe(2 * 9);
        errors[7].Message.ShouldBe("no bias for chip ccd8 (instrument WFI): run Bias first, with commit");
        errors[8].ShouldBe(new SubmissionError("input-missing", "… and 12 more of this kind."));
    }

    [Fact]
    public void Files_that_need_different_partners_cannot_share_a_group() =>
        Errors("Reduce", Wfi, [.. Night("ccd50"), Science("s2", "ccd50", "#845")]).ShouldBe(
            [new SubmissionError("key-not-unique", "Reduce for chip ccd50 needs a flat of its filter, but reads several: #842 and #845. Select one of them, or divide Reduce by filter.")]);

    [Fact]
    public void Files_that_do_not_tell_what_must_match_are_refused()
    {
        var nameless = File("s", "raw-science", ("instrument", "WFI"), ("chip", "ccd50"));

        Errors("Reduce", Wfi, [Bias("b", "ccd50"), nameless]).ShouldBe(
            [new SubmissionError("key-missing", "Reduce for chip ccd50 needs a flat of its filter, but what it reads has no 'filter'.")]);
        Errors("Reduce", Wfi, [.. Night("ccd50"), nameless]).ShouldBe(
            [new SubmissionError("key-missing", "Reduce for chip ccd50 needs a flat of its filter, but some of what it reads has no 'filter'.")]);
    }

    [Fact]
    public void The_query_of_an_input_narrows_what_its_options_select()
    {
        var catalog = SampleRecipes.Read("""
            Stack {
              command = [stack]
              options { chip { type = string, default = "", select { input = frames, key = chip } } }
              inputs { frames { type = raw-science, query = "visit=1..5 and not quality=bad" } }
            }
            """);
        var files = new[] { 1, 5, 6 }.Select(visit => File($"v{visit}", "raw-science", ("chip", "ccd50"), ("visit", $"{visit}"), ("quality", visit == 5 ? "bad" : "good"))).ToArray();

        Plan("Stack", [], files, catalog).Plan.Ids(0, 0, "frames").ShouldBe(["v1"]);
        Errors("Stack", ["--chip", "ccd50"], files[1..], catalog).ShouldBe(
            [new SubmissionError("no-inputs", "Stack finds no raw-science with chip ccd50 for which its own query holds: visit=1..5 not quality=bad.")]);
        Errors("Stack", ["--chip", "ccd51"], files, catalog).ShouldBe(
            [new SubmissionError("no-inputs", "Stack finds no raw-science with chip ccd51. None has chip 'ccd51': there is ccd50; did you mean 'ccd50'?", "chip", "ccd50")]);
    }

    [Fact]
    public void A_file_without_a_key_that_divides_is_refused_by_name() =>
        Errors("Bias", Wfi, [File("odd", "raw-bias", ("instrument", "WFI"))]).ShouldBe(
            [new SubmissionError("key-missing", "odd.fits has no 'chip', by which Bias is divided.")]);

    [Fact]
    public void A_later_step_cannot_divide_by_what_a_group_mixes()
    {
        var catalog = SampleRecipes.Read("""
            A { command = [a], inputs { raw { type = raw-science } }, divide-by = [chip], outputs { o { type = a, pattern = "*" } } }
            B { command = [b], inputs { i { type = a } }, divide-by = [filter] }
            """);

        Errors("A>B", [], [Science("s1", "ccd50", "#842"), Science("s2", "ccd50", "#845")], catalog).ShouldBe(
            [new SubmissionError("key-not-unique", "B is divided by filter, but A for chip ccd50 reads several: #842 and #845. Select one of them, or divide A by filter.")]);
        Errors("A>B", [], [File("s", "raw-science", ("chip", "ccd50"))], catalog).ShouldBe(
            [new SubmissionError("key-missing", "B is divided by filter, but what A for chip ccd50 reads has no 'filter'.")]);
    }

    [Fact]
    public void Recipes_that_do_not_fit_cannot_be_chained()
    {
        Errors("Bias>Coadd", Wfi, []).ShouldBe(
            [new SubmissionError("cannot-chain", "Coadd cannot follow Bias: it reads regridded or reduced, but Bias makes bias.")]);
        Errors("Null>Bias", Wfi, []).ShouldBe(
            [new SubmissionError("cannot-chain", "Bias cannot follow Null: it reads raw-bias, but Null makes nothing.")]);
    }

    [Fact]
    public void An_empty_catalog_is_told_with_where_the_files_come_from()
    {
        Errors("Reduce", Wfi, []).ShouldBe(
            [new SubmissionError("no-inputs", "Reduce finds no raw-science in the catalog: no recipe makes that, ingest it first.")]);
        Errors("Coadd", [], []).ShouldBe(
            [new SubmissionError("no-inputs", "Coadd finds no regridded or reduced in the catalog: run Regrid or Reduce first, with commit.")]);
    }

    [Fact]
    public void A_condition_that_nothing_meets_is_told_with_what_there_is() =>
        Errors("Reduce", ["-i", "WFI", "-c", "ccd5", "-d", "2000-04-28"], Night("ccd50", "ccd51")).ShouldBe(
            [new SubmissionError(
                "no-inputs",
                "Reduce finds no raw-science with instrument WFI, chip ccd5, date 2000-04-28. None has chip 'ccd5': there is ccd50 and ccd51; did you mean 'ccd50'?",
                "chip",
                "ccd50")]);

    [Fact]
    public void Conditions_that_are_met_apart_but_never_together_are_told() =>
        Errors("Reduce", ["-i", "WFI", "-c", "ccd50", "-f", "#845"], [Science("s1", "ccd50", "#842"), Science("s2", "ccd51", "#845")]).ShouldBe(
            [new SubmissionError("no-inputs", "Reduce finds no raw-science with instrument WFI, chip ccd50, filter #845. Each of these is there, but never together.")]);

    [Fact]
    public void A_key_that_no_file_has_is_told() =>
        Errors("Reduce", ["-i", "WFI", "-f", "#842"], [File("s", "raw-science", ("instrument", "WFI"), ("chip", "ccd50"))]).ShouldBe(
            [new SubmissionError("no-inputs", "Reduce finds no raw-science with instrument WFI, filter #842. No such file has a 'filter'.", "filter")]);

    [Fact]
    public void Of_many_values_only_the_first_are_listed()
    {
        var files = Enumerable.Range(1, 12).Select(i => Science("s" + i, "ccd" + i)).ToArray();

        Errors("Reduce", ["-i", "WFI", "-c", "x*"], files)[0].Message.ShouldBe(
            "Reduce finds no raw-science with instrument WFI, chip x*. None has chip 'x*': there is ccd1, ccd2, ccd3, ccd4, ccd5, ccd6, ccd7, ccd8 and 4 more.");
    }

    [Fact]
    public void A_type_that_the_input_does_not_take_is_told()
    {
        var catalog = SampleRecipes.Read("""
            S {
              command = [s]
              options { type { short = t, type = string, default = coadd, select { input = image, key = type } } }
              inputs { image { type = [coadd, reduced] } }
            }
            """);

        Errors("S", ["-t", "reducde"], [File("r", "reduced")], catalog).ShouldBe(
            [new SubmissionError("no-inputs", "S reads no reducde as its image: it takes coadd or reduced; did you mean 'reduced'?", "type", "reduced")]);
    }

    [Fact]
    public void What_cameras_give_is_ingested_first_even_where_a_recipe_makes_such_files_of_others()
    {
        var catalog = SampleRecipes.Read(SampleRecipes.Text + "\nSplit { command = [split], inputs { mosaic { type = raw-mosaic } }, outputs { raw { type = raw-bias, pattern = \"*.fits\" } } }");

        SampleFiles.Errors("Bias", ["-i", "WFI"], [], catalog).ShouldBe(
            [new SubmissionError("no-inputs", "Bias finds no raw-bias in the catalog: ingest it first, or run Split, with commit.")]);
    }
}
