using System.Text.Json;
using Dpu.Domain.Catalog;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class PlannerPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(60);

    /// <summary>Each step drops a key of the one before; the last reads everything.</summary>
    private static readonly RecipeCatalog Catalog = SampleRecipes.Read("""
        A { command = [a], inputs { raw { type = raw }, cal { type = cal, match = [chip], pick = latest, optional = true } }, divide-by = [chip, filter, night], outputs { o { type = a, pattern = "*" } } }
        B { command = [b], inputs { i { type = a } }, divide-by = [filter, chip], outputs { o { type = b, pattern = "*" } } }
        C { command = [c], inputs { i { type = b }, cal { type = cal, match = [filter], optional = true } }, divide-by = [filter], outputs { o { type = c, pattern = "*" } } }
        D { command = [d], inputs { i { type = c } } }
        """);

    /// <summary>A few frames, with values as wicked as they come: from few, so that groups have several members.</summary>
    private static readonly Arbitrary<CatalogFile[]> Frames = (
            from chips in WickedText.Arbitrary.Generator.ArrayOf(3)
            from filters in WickedText.Arbitrary.Generator.ArrayOf(2)
            from frames in (from chip in Gen.Elements(chips) from filter in Gen.Elements(filters) from night in Gen.Choose(1, 3) select (chip, filter, night)).NonEmptyListOf()
            from calibrations in Gen.Elements(chips).ListOf()
            select frames
                .Select((frame, i) => SampleFiles.File("r" + i, "raw", ("chip", frame.chip), ("filter", frame.filter), ("night", $"{frame.night}")))
                .Concat(calibrations.Select((chip, i) => SampleFiles.File("c" + i, "cal", ("chip", chip), ("filter", filters[0]))))
                .ToArray())
        .ToArbitrary();

    [Fact]
    public void Every_file_of_the_divided_input_is_in_exactly_one_group() => ForPlans((frames, plan) =>
        plan.Groups(0).Tasks
            .SelectMany(task => task.Inputs["raw"].Select(index => plan.Files[index].Id))
            .Order(StringComparer.Ordinal)
            .ShouldBe(frames.Where(file => file.Type == "raw").Select(file => file.Id).Order(StringComparer.Ordinal)));

    [Fact]
    public void Files_of_a_group_agree_with_its_keys_and_no_two_groups_have_the_same() => ForPlans((_, plan) =>
    {
        foreach (var task in plan.Groups(0).Tasks)
        {
            foreach (var file in task.Inputs["raw"].Select(index => plan.Files[index]))
            {
                task.Keys.All(key => file.Metadata[key.Key].Text == key.Value).ShouldBeTrue();
            }
        }

        foreach (var step in Enumerable.Range(0, 4))
        {
            plan.Groups(step).Tasks.Select(task => JsonSerializer.Serialize(task.Keys)).ShouldBeUnique();
        }
    });

    [Fact]
    public void Task_numbers_are_contiguous_through_all_steps() => ForPlans((_, plan) =>
    {
        var next = 0;
        foreach (var step in plan.Steps)
        {
            step.First.ShouldBe(next);
            step.Count.ShouldBe(((StepWork.Groups)step.Work).Tasks.Length);
            step.Count.ShouldBeGreaterThan(0);
            next += step.Count;
        }

        plan.TaskCount.ShouldBe(next);
    });

    [Fact]
    public void Edges_lead_from_each_task_to_exactly_one_of_the_next_step_so_there_is_no_cycle() => ForPlans((_, plan) =>
    {
        plan.Groups(0).Tasks.All(task => task.Upstream.IsEmpty).ShouldBeTrue();
        foreach (var step in Enumerable.Range(1, 3))
        {
            var before = plan.Steps[step - 1];
            plan.Groups(step).Tasks.SelectMany(task => task.Upstream).Order().ShouldBe(Enumerable.Range(before.First, before.Count));
        }
    });

    [Fact]
    public void Edges_join_only_agreeing_keys() => ForPlans((_, plan) =>
    {
        foreach (var step in Enumerable.Range(1, 3))
        {
            var before = plan.Groups(step - 1).Tasks;
            foreach (var task in plan.Groups(step).Tasks)
            {
                task.Upstream.All(upstream => task.Keys.All(key => before[upstream - plan.Steps[step - 1].First].Keys[key.Key] == key.Value)).ShouldBeTrue();
            }
        }
    });

    [Fact]
    public void Matched_files_agree_with_their_group() => ForPlans((frames, plan) =>
    {
        foreach (var task in plan.Groups(0).Tasks)
        {
            var agreeing = frames.Where(file => file.Type == "cal" && file.Metadata["chip"].Text == task.Keys["chip"]).ToArray();
            task.Inputs["cal"].Length.ShouldBe(Math.Min(1, agreeing.Length));
            task.Inputs["cal"].All(index => agreeing.Any(file => file.Id == plan.Files[index].Id)).ShouldBeTrue();
        }
    });

    [Fact]
    public void Every_file_of_the_plan_stands_there_once_and_is_used() => ForPlans((_, plan) =>
    {
        plan.Files.Select(file => file.Id).ShouldBeUnique();
        Enumerable.Range(0, 4).SelectMany(step => plan.Groups(step).Tasks).SelectMany(task => task.Inputs.Values).SelectMany(indexes => indexes)
            .Distinct().Order().ShouldBe(Enumerable.Range(0, plan.Files.Length));
    });

    [Fact]
    public void The_order_of_the_catalog_s_answers_means_nothing()
    {
        var shuffled = from frames in Frames.Generator from other in Gen.Shuffle(frames) select (frames, other);
        Prop.ForAll(shuffled.ToArbitrary(), pair =>
            Written(Plan(pair.other)).ShouldBe(Written(Plan(pair.frames)))).Check(Many);
    }

    private static string Written(JobPlan plan) => JsonSerializer.Serialize(new
    {
        files = plan.Files.Select(file => file.Id),
        steps = plan.Steps.Select((step, i) => new { step.Name, step.First, step.Count, work = plan.Groups(i) }),
    });

    private static JobPlan Plan(CatalogFile[] frames) => SampleFiles.Plan("A>B>C>D", [], frames, Catalog).Plan;

    private static void ForPlans(Action<CatalogFile[], JobPlan> holds) => Prop.ForAll(Frames, frames => holds(frames, Plan(frames))).Check(Many);
}
