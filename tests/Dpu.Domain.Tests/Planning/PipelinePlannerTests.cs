using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;
using static Dpu.Domain.Tests.Recipes.SamplePipelines;

namespace Dpu.Domain.Tests.Planning;

public sealed class PipelinePlannerTests
{
    private const string Survey = """
        survey {
          options { tract { type = string, default = "", select { input = rows, key = tract } } }
          query { command = [rows] }
          steps {
            registry { command = [x], inputs { raw { type = raw } }, outputs { registry { type = registry, pattern = "r" } } }
            process  { command = [x], inputs { raw { type = raw, from = rows }, registry { type = registry, from = registry } }, divide-by = [visit, ccd], outputs { calexp { type = calexp, pattern = "c" } } }
            warp     { command = [x], inputs { calexp { type = calexp }, registry { type = registry, from = registry } }, divide-by = [tract, patch, visit, filter], outputs { warp { type = warp, pattern = "w" } } }
            coadd    { command = [x], inputs { warp { type = warp } }, divide-by = [tract, patch, filter], outputs { coadd { type = coadd, pattern = "d" } } }
            detect   { command = [x], inputs { coadd { type = coadd } }, divide-by = [tract, patch, filter], outputs { det { type = det, pattern = "e" } } }
            merge    { command = [x], inputs { det { type = det } }, divide-by = [tract, patch], outputs { merged { type = merged, pattern = "m" } } }
            measure  { command = [x], inputs { coadd { type = coadd, from = coadd }, merged { type = merged, from = merge } }, divide-by = [tract, patch, filter] }
          }
        }
        """;

    /// <summary>The rows of DMTN-059: one tract, 4 patches, 2 filters, 8 visits × 2 ccds; each frame overlaps all patches.</summary>
    private static InputRow[] SurveyRows { get; } =
    [
        .. from visit in Enumerable.Range(1, 8)
           from ccd in Enumerable.Range(4, 2)
           from patch in new[] { "8,6", "8,7", "9,6", "9,7" }
           select Row(File($"v{visit}-{ccd}", "raw", ("visit", $"{visit}"), ("ccd", $"{ccd}"), ("filter", visit <= 4 ? "HSC-I" : "HSC-R")), ("tract", "0"), ("patch", patch)),
    ];

    [Fact]
    public void The_run_of_a_survey_gives_exactly_its_executions()
    {
        var plan = Plan(Read(Survey), "survey", SurveyRows);

        plan.Steps.Select(step => $"{step.Name} {step.Count}").ShouldBe(["registry 1", "process 16", "warp 32", "coadd 8", "detect 8", "merge 4", "measure 8"]);
        plan.Shape(1)[0].ShouldBe("ccd=4 visit=1 ← 0");
        plan.Ids(1, 0, "raw").ShouldBe(["v1-4"]);
        plan.Shape(2)[0].ShouldBe("filter=HSC-I patch=8,6 tract=0 visit=1 ← 0,1,2");
        plan.Shape(5)[0].ShouldBe("patch=8,6 tract=0 ← 57,58");
        plan.Shape(6)[0].ShouldBe("filter=HSC-I patch=8,6 tract=0 ← 49,65");
        plan.Shape(6)[1].ShouldBe("filter=HSC-R patch=8,6 tract=0 ← 50,65");
        plan.Groups(6).Inputs.Select(rule => (rule.Name, rule.UpstreamSteps.Single())).ShouldBe([("coadd", 3), ("merged", 5)]);
    }

    [Fact]
    public void Options_of_the_pipeline_select_rows_and_a_comma_is_part_of_a_value()
    {
        var patches = """p { options { patch { type = string, default = "", select { input = rows, key = patch } } }, query { command = [q] }, steps { a { command = [x], inputs { raw { type = raw } }, divide-by = [patch] } } }""";
        var catalog = Read(patches);

        Plan(catalog, "p", SurveyRows, options: ["--patch", "8,6"]).Shape(0).ShouldBe(["patch=8,6"]);
        Plan(catalog, "p", SurveyRows, options: ["--patch", "?,7"]).Shape(0).ShouldBe(["patch=8,7", "patch=9,7"]);
        Errors(catalog, "p", SurveyRows, options: ["--patch", "8"]).ShouldBe(
            [new SubmissionError("no-inputs", "p finds nothing among the rows of its query with patch 8. None has patch '8': there is 8,6, 8,7, 9,6 and 9,7.", "patch")]);
        Errors(catalog, "p", []).ShouldHaveSingleItem().Message.ShouldBe("The query of p gave no rows: there is nothing to run it on.");
    }

    [Fact]
    public void Rows_of_the_catalog_s_files_do_not_fan_out()
    {
        var catalog = Read("""
            p { query { type = raw-science }, steps {
              a { command = [x], inputs { raw { type = raw-science } }, divide-by = [chip], outputs { o { type = a, pattern = "*" } } }
              b { command = [x], inputs { i { type = a } }, divide-by = [filter] }
            } }
            """);
        InputRow[] rows = [InputRow.Of(Science("s1", "ccd50", "#842")), InputRow.Of(Science("s2", "ccd50", "#845"))];

        Errors(catalog, "p", rows).ShouldBe(
            [new SubmissionError("key-not-unique", "b is divided by filter, but a for chip ccd50 reads several: #842 and #845. Select one of them, or divide a by filter.")]);
        Plan(catalog, "p", rows[..1]).Shape(1).ShouldBe(["filter=#842 ← 0"]);
    }

    [Fact]
    public void A_row_without_a_key_that_divides_is_told()
    {
        var catalog = Read("p { query { command = [q] }, steps { a { command = [x], inputs { raw { type = raw } }, divide-by = [patch] } } }");

        Errors(catalog, "p", [InputRow.Of(File("r", "raw"))]).ShouldBe(
            [new SubmissionError("key-missing", "A row of r.fits has no 'patch', by which a is divided.")]);
    }

    [Fact]
    public void Another_input_from_the_rows_goes_where_it_contradicts_no_key()
    {
        var catalog = Read("""
            p { query { command = [q] }, steps {
              a { command = [x], inputs { raw { type = raw }, sky { type = sky, from = rows }, bias { type = bias, match = [ccd], from = rows } }, divide-by = [tract, patch] }
            } }
            """);
        InputRow[] rows =
        [
            .. new[] { "8,6", "8,7" }.Select(patch => Row(File("r", "raw", ("ccd", "1")), ("tract", "0"), ("patch", patch))),
            InputRow.Of(File("all", "sky")), InputRow.Of(File("of-tract", "sky", ("tract", "0"))), InputRow.Of(File("other", "sky", ("tract", "1"))),
            InputRow.Of(File("of-patch", "sky", ("tract", "0"), ("patch", "8,7"))), InputRow.Of(File("b1", "bias", ("ccd", "1"))), InputRow.Of(File("b2", "bias", ("ccd", "2"))),
        ];

        var plan = Plan(catalog, "p", rows);

        plan.Ids(0, 0, "sky").ShouldBe(["all", "of-tract"]);
        plan.Ids(0, 1, "sky").ShouldBe(["all", "of-patch", "of-tract"]);
        plan.Ids(0, 1, "bias").ShouldBe(["b1"]);
    }

    [Fact]
    public void Steps_of_one_task_are_its_commands()
    {
        var catalog = Read("""
            p { query { command = [q] }, steps {
              a { command = [one], inputs { raw { type = raw } }, divide-by = [visit, ccd], resources { memory = 1 MiB, time = 2 s }, outputs { o { type = a, pattern = "a" } } }
              b { command = [two], inputs { i { type = a }, cal { type = cal } }, divide-by = [ccd, visit], same-task = true, resources { cpus = 2, memory = 3 MiB, time = 5 s }, outputs { p { type = b, pattern = "b" } } }
              tidy { command = [four], after = b, same-task = true }
              c { command = [three], inputs { i { type = b, from = b }, j { type = a, from = a } }, divide-by = [visit] }
            } }
            """);

        var plan = Plan(catalog, "p", SurveyRows, [File("k", "cal")]);

        plan.Steps.Select(step => $"{step.Name} {step.First} {step.Count}").ShouldBe(["a+b+tidy 0 16", "c 16 8"]);
        var shared = plan.Groups(0);
        shared.Commands.Select(command => (command.Name, command.Program[0])).ShouldBe([("a", "one"), ("b", "two"), ("tidy", "four")]);
        shared.Inputs.Select(input => input.Name).ShouldBe(["raw", "cal"]);
        shared.Outputs.Select(output => output.Name).ShouldBe(["o", "p"]);
        plan.Ids(0, 3, "cal").ShouldBe(["k"]);
        plan.Steps[0].Resources.ShouldBe(new Domain.Jobs.Resources(2, 3 << 20));
        plan.Steps[0].Rules.ExpectedSeconds.ShouldBe(2 + 5 + 10);
        plan.Shape(1)[0].ShouldBe("visit=1 ← 0,1");
        plan.Groups(1).Inputs.ShouldAllBe(input => input.UpstreamSteps.Single() == 0);
    }

    [Fact]
    public void A_step_that_reads_nothing_comes_after_all_of_another_and_before_all_of_the_next()
    {
        var catalog = Read("""
            p { query { command = [q] }, steps {
              a { command = [x], inputs { raw { type = raw } }, divide-by = [visit], outputs { o { type = a, pattern = "a" } } }
              stop { command = [y], after = a }
              b { command = [x], inputs { i { type = a, from = a } }, divide-by = [visit], after = [stop] }
            } }
            """);

        var plan = Plan(catalog, "p", SurveyRows);

        plan.Shape(1).ShouldBe([" ← 0,1,2,3,4,5,6,7"]);
        plan.Shape(2)[7].ShouldBe("visit=8 ← 7,8");
    }

    [Fact]
    public void A_chain_is_the_short_form_of_a_pipeline()
    {
        var catalog = Read("""
            long { options { instrument { short = i, type = string } }, steps {
              Reduce { recipe = Reduce }, Regrid { recipe = Regrid }, Coadd { recipe = Coadd }
            } }
            """);
        var files = Night("ccd50", "ccd51");

        var written = Plan(catalog, "long", [], files, "-i", "WFI");

        var chained = SampleFiles.Plan("Reduce>Regrid>Coadd", ["-i", "WFI"], files, catalog).Plan;
        global::System.Text.Json.JsonSerializer.Serialize(written.Steps.Select((step, i) => new { step.Name, step.Recipe, step.First, step.Count, work = written.Groups(i) }))
            .ShouldBe(global::System.Text.Json.JsonSerializer.Serialize(chained.Steps.Select((step, i) => new { step.Name, step.Recipe, step.First, step.Count, work = chained.Groups(i) })));
    }
}
