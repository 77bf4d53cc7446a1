using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;

namespace Dpu.Domain.Tests.Planning;

public sealed class PlannerChainTests
{
    private static readonly string[] Wfi = ["-i", "WFI"];

    [Fact]
    public void Equal_keys_join_one_to_one_and_dropped_keys_make_a_barrier()
    {
        var plan = Plan("Reduce>Regrid>Coadd", Wfi, Night("ccd50", "ccd51", "ccd52")).Plan;

        plan.Shape(0).ShouldBe(["chip=ccd50", "chip=ccd51", "chip=ccd52"]);
        plan.Shape(1).ShouldBe(["chip=ccd50 ← 0", "chip=ccd51 ← 1", "chip=ccd52 ← 2"]);
        plan.Shape(2).ShouldBe(["filter=#842 ← 3,4,5"]);
        plan.Steps.Select(step => (step.First, step.Count)).ShouldBe([(0, 3), (3, 3), (6, 1)]);
        plan.Groups(1).Inputs[0].Name.ShouldBe("reduced");
        plan.Groups(1).Inputs[0].UpstreamTypes.ShouldBe(["reduced"]);
        plan.Groups(2).Inputs[0].UpstreamTypes.ShouldBe(["regridded", "reduced"]);
        plan.Groups(1).Tasks[0].Inputs["reduced"].ShouldBeEmpty();
    }

    [Fact]
    public void A_key_that_only_a_later_step_divides_by_comes_from_the_files_far_upstream()
    {
        var files = Night("ccd50", "ccd51").Append(Science("s", "ccd52", "#845")).Append(Bias("b", "ccd52")).Append(Flat("f", "ccd52", "#845"));

        Plan("Reduce>Regrid>Coadd", Wfi, [.. files]).Plan.Shape(2).ShouldBe(["filter=#842 ← 3,4", "filter=#845 ← 5"]);
    }

    [Fact]
    public void Inputs_of_later_steps_match_through_all_steps_before()
    {
        var files = Night("ccd50").Append(File("m1", "mask", ("instrument", "WFI"), ("filter", "#842"))).Append(File("m2", "mask", ("instrument", "WFI"), ("filter", "#845")));

        var plan = Plan("Reduce>Coadd>SourceList", Wfi, [.. files]).Plan;

        plan.Ids(2, 0, "mask").ShouldBe(["m1"]);
        plan.Shape(2).ShouldBe([" ← 1"]);
    }

    [Fact]
    public void The_run_of_a_survey_gives_exactly_its_executions()
    {
        // DMTN-059: 2 filters, 4 patches, 8 visits × 2 ccds; the counts are those of the document.
        var catalog = SampleRecipes.Read("""
            processccd     { command = [p], inputs { raw { type = raw } }, divide-by = [visit, ccd], outputs { calexp { type = calexp, pattern = "*" } } }
            assemble_coadd { command = [a], inputs { warp { type = [warp] } }, divide-by = [filter, patch], outputs { coadd { type = coadd, pattern = "*" } } }
            warps          { command = [w], inputs { warp { type = raw-warp } }, divide-by = [filter, patch, visit], outputs { warp { type = warp, pattern = "*" } } }
            detect         { command = [d], inputs { coadd { type = coadd } }, divide-by = [filter, patch], outputs { det { type = det, pattern = "*" } } }
            merge          { command = [m], inputs { det { type = det } }, divide-by = [patch], outputs { mergedet { type = mergedet, pattern = "*" } } }
            """);
        var raws = from visit in Enumerable.Range(1, 8)
                   from ccd in new[] { "0,1", "0,2" }
                   select File($"v{visit}-{ccd}", "raw", ("visit", $"{visit}"), ("ccd", ccd), ("filter", visit <= 4 ? "g" : "r"));
        var warps = from visit in Enumerable.Range(1, 8)
                    from patch in new[] { "8,6", "8,7", "9,6", "9,7" }
                    select File($"w{visit}-{patch}", "raw-warp", ("visit", $"{visit}"), ("patch", patch), ("filter", visit <= 4 ? "g" : "r"));

        Plan("processccd", [], [.. raws], catalog).Plan.TaskCount.ShouldBe(16);
        var plan = Plan("warps>assemble_coadd>detect>merge", [], [.. warps], catalog).Plan;

        plan.Steps.Select(step => step.Count).ShouldBe([32, 8, 8, 4]);
        plan.Shape(3).ShouldBe(["patch=8,6 ← 40,44", "patch=8,7 ← 41,45", "patch=9,6 ← 42,46", "patch=9,7 ← 43,47"]);
    }

    [Fact]
    public void Options_of_a_later_step_select_among_what_comes_to_it()
    {
        var catalog = SampleRecipes.Read("""
            A { command = [a], inputs { raw { type = raw-science } }, divide-by = [chip], outputs { o { type = a, pattern = "*" } } }
            B {
              command = [b]
              options { filter { short = f, type = string, select { input = i, key = filter } } }
              inputs { i { type = a } }
              divide-by = [chip]
            }
            """);

        var plan = Plan("A>B", ["-f", "#84?"], [Science("s1", "ccd50", "#842"), Science("s2", "ccd51", "B"), Science("s3", "ccd52", "#845")], catalog).Plan;

        plan.Shape(0).Length.ShouldBe(3);
        plan.Shape(1).ShouldBe(["chip=ccd50 ← 0", "chip=ccd52 ← 2"]);

        Errors("A>B", ["-f", "Z"], [Science("s1", "ccd50", "#842")], catalog).ShouldHaveSingleItem().Message.ShouldBe(
            "Nothing that A will make has filter Z, which B selects.");
        Errors("A>B", ["-f", "#842"], [Science("s1", "ccd50", "#842"), Science("s2", "ccd50", "#845")], catalog).ShouldHaveSingleItem().Message.ShouldBe(
            "B selects filter #842, but A for chip ccd50 reads several: #842 and #845. Select one of them, or divide A by filter.");
    }
}
