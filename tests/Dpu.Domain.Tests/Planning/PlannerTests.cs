using Dpu.Domain.Jobs;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;
using static Dpu.Domain.Tests.Planning.SampleFiles;

namespace Dpu.Domain.Tests.Planning;

public sealed class PlannerTests
{
    private static readonly string[] Wfi = ["-i", "WFI"];

    [Fact]
    public void One_task_for_each_chip_in_the_order_of_counting()
    {
        var plan = Plan("Reduce", Wfi, Night("ccd10", "ccd9", "ccd50")).Plan;

        plan.Shape(0).ShouldBe(["chip=ccd9", "chip=ccd10", "chip=ccd50"]);
        plan.TaskCount.ShouldBe(3);
        plan.Ids(0, 1, "science").ShouldBe(["s-ccd10"]);
        plan.Ids(0, 1, "bias").ShouldBe(["b-ccd10"]);
        plan.Ids(0, 1, "flat").ShouldBe(["f-ccd10"]);
        plan.Ids(0, 1, "hot").ShouldBeEmpty();
    }

    [Fact]
    public void A_step_carries_what_its_tasks_share()
    {
        var step = Plan("Reduce", ["-i", "WFI", "-C"], Night("ccd50")).Plan.Steps[0];

        step.Name.ShouldBe("Reduce");
        step.Recipe.ShouldBe("Reduce");
        step.Resources.ShouldBe(new Resources(1, 512L * 1024 * 1024));
        step.WallTime.ShouldBe(TimeSpan.FromMinutes(10));
        var work = step.Work.ShouldBeOfType<StepWork.Groups>();
        work.Commands[0].Program.ShouldBe(["dpu-calibration", "reduce", "--instrument", "WFI", "--commit"]);
        work.Inputs[0].Name.ShouldBe("science");
        work.Inputs[0].UpstreamTypes.ShouldBeEmpty();
        work.Commands[0].Parameters["instrument"].ShouldBe("\"WFI\"");
        work.Outputs.Select(output => output.Name).ShouldBe(["reduced", "quicklook"]);
    }

    [Fact]
    public void Every_file_stands_once_in_the_plan()
    {
        var shared = File("m", "mask", ("instrument", "WFI"), ("filter", "#842"));
        var catalog = SampleRecipes.Read("""
            A {
              command = [a]
              inputs { raw { type = raw-science }, mask { type = mask, match = [instrument] }, again { type = raw-science, match = [chip] } }
              divide-by = [chip]
            }
            """);

        var plan = Plan("A", [], [Science("s1", "ccd50"), Science("s2", "ccd51"), shared], catalog).Plan;

        plan.Files.Select(file => file.Id).ShouldBe(["s1", "m", "s2"]);
        plan.Ids(0, 0, "mask").ShouldBe(["m"]);
        plan.Ids(0, 1, "mask").ShouldBe(["m"]);
        plan.Ids(0, 1, "again").ShouldBe(["s2"]);
    }

    [Fact]
    public void Without_keys_there_is_one_task() =>
        Plan("SourceList", [], [File("c", "coadd", ("instrument", "WFI"), ("filter", "#842")), File("m", "mask", ("instrument", "WFI"), ("filter", "#842"))])
            .Plan.Shape(0).ShouldBe([""]);

    [Fact]
    public void A_recipe_without_inputs_is_one_task()
    {
        var plan = Plan("Null>Null>Null", [], []).Plan;

        plan.TaskCount.ShouldBe(3);
        plan.Steps.Select(step => step.Name).ShouldBe(["Null", "Null-2", "Null-3"]);
        plan.Shape(2).ShouldBe([" ← 1"]);
        plan.Groups(1).Inputs.ShouldBeEmpty();
    }

    [Fact]
    public void The_latest_match_is_picked()
    {
        var old = Bias("b1", "ccd50");
        var files = Night("ccd50").Append(old with { Id = "b2", RegisteredAt = Then.AddDays(1) }).Append(old with { Id = "b3", RegisteredAt = Then.AddDays(-1) });

        Plan("Reduce", Wfi, [.. files]).Plan.Ids(0, 0, "bias").ShouldBe(["b2"]);
    }

    [Fact]
    public void Of_those_registered_together_the_later_job_s_is_picked()
    {
        var files = Night("ccd50").Where(file => file.Type != "bias").Append(Bias("9.0.1.bias", "ccd50")).Append(Bias("10.0.1.bias", "ccd50"));

        Plan("Reduce", Wfi, [.. files]).Plan.Ids(0, 0, "bias").ShouldBe(["10.0.1.bias"]);
    }

    [Fact]
    public void All_matches_are_taken_when_all_are_wanted()
    {
        var masks = new[] { "m10", "m9" }.Select(id => File(id, "mask", ("instrument", "WFI"), ("filter", "#842")));

        Plan("SourceList", [], [File("c", "coadd", ("instrument", "WFI"), ("filter", "#842")), .. masks]).Plan.Ids(0, 0, "mask").ShouldBe(["m9", "m10"]);
    }

    [Fact]
    public void An_optional_input_is_taken_when_it_is_there()
    {
        var files = Night("ccd50", "ccd51").Append(File("h", "hot-pixels", ("instrument", "WFI"), ("chip", "ccd51")));

        var plan = Plan("Reduce", Wfi, [.. files]).Plan;

        plan.Ids(0, 0, "hot").ShouldBeEmpty();
        plan.Ids(0, 1, "hot").ShouldBe(["h"]);
    }

    [Fact]
    public void A_file_without_a_key_that_must_match_matches_nothing()
    {
        var files = Night("ccd50").Append(File("b0", "bias", ("instrument", "WFI")) with { RegisteredAt = Then.AddDays(1) });

        Plan("Reduce", Wfi, [.. files]).Plan.Ids(0, 0, "bias").ShouldBe(["b-ccd50"]);
    }

    [Fact]
    public void Numbers_group_by_their_shortest_form()
    {
        var catalog = SampleRecipes.Read("A { command = [a], inputs { raw { type = raw } }, divide-by = [exptime] }");
        var files = new[] { 60.0, 5, 60, 0.1 }.Select((seconds, i) =>
            File("r" + i, "raw") with { Metadata = File("x", "raw").Metadata.Add("exptime", Domain.Catalog.MetadataValue.Of(seconds)) });

        Plan("A", [], [.. files], catalog).Plan.Shape(0).ShouldBe(["exptime=0.1", "exptime=5", "exptime=60"]);
    }

    [Theory]
    [InlineData(1, 60 + 90 + 40)]
    [InlineData(2, 40 + 60 + 40)]
    [InlineData(8, 20 + 30 + 40)]
    public void The_estimate_counts_rounds_of_tasks(int cpus, double seconds) =>
        Plan("Reduce>Regrid>Coadd", Wfi, Night("ccd50", "ccd51", "ccd52"), cpus: cpus).EstimatedSeconds.ShouldBe(seconds);

    [Fact]
    public void A_user_may_ask_for_more_memory() =>
        Plan("Reduce>Regrid", Wfi, Night("ccd50"), memoryBytes: 5).Plan.Steps.Select(step => step.Resources.MemoryBytes).ShouldBe([5, 5]);
}
