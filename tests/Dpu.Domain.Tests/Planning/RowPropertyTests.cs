using System.Text.Json;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using Dpu.Domain.Tests.Recipes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

/// <summary>A graph over rows in which files recur, with values as wicked as they come.</summary>
public sealed class RowPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(60);

    /// <summary>Two ways from the same rows meet again; keys are dropped and come back.</summary>
    private static readonly RecipeCatalog Catalog = SamplePipelines.Read("""
        p { query { command = [q] }, steps {
          frame { command = [x], inputs { raw { type = raw } }, divide-by = [visit], outputs { o { type = frame, pattern = "a" } } }
          warp  { command = [x], inputs { i { type = frame } }, divide-by = [patch, visit], outputs { o { type = warp, pattern = "a" } } }
          coadd { command = [x], inputs { i { type = warp } }, divide-by = [patch], outputs { o { type = coadd, pattern = "a" } } }
          check { command = [x], inputs { i { type = frame, from = frame } }, outputs { o { type = check, pattern = "a" } } }
          last  { command = [x], inputs { i { type = coadd, from = coadd }, j { type = warp, from = warp }, k { type = check, from = check } }, divide-by = [patch, visit] }
        } }
        """);

    private static readonly string[][] Keys = [["visit"], ["patch", "visit"], ["patch"], [], ["patch", "visit"]];
    private static readonly int[][] From = [[], [0], [1], [0], [1, 2, 3]];

    private static readonly Arbitrary<InputRow[]> Rows = (
            from patches in WickedText.Arbitrary.Generator.ArrayOf(3)
            from rows in (from visit in Gen.Choose(1, 4) from patch in Gen.Elements(patches) select (visit, patch)).NonEmptyListOf()
            select rows.Select(row => SamplePipelines.Row(SampleFiles.File($"v{row.visit}", "raw", ("visit", $"{row.visit}")), ("patch", row.patch))).ToArray())
        .ToArbitrary();

    [Fact]
    public void Each_step_has_one_task_for_each_distinct_tuple_of_its_keys() => ForPlans((rows, plan) =>
    {
        foreach (var step in Enumerable.Range(0, Keys.Length))
        {
            var expected = rows.Select(row => JsonSerializer.Serialize(Keys[step].Select(row.TextOf))).Distinct();
            plan.Groups(step).Tasks.Select(task => JsonSerializer.Serialize(task.Keys.Values)).ShouldBe(expected, ignoreOrder: true);
        }
    });

    [Fact]
    public void Two_tasks_of_connected_steps_are_joined_where_they_share_a_row_and_nowhere_else() => ForPlans((rows, plan) =>
    {
        foreach (var step in Enumerable.Range(0, Keys.Length))
        {
            foreach (var task in plan.Groups(step).Tasks)
            {
                var mine = rows.Where(row => Reads(task, row)).ToArray();
                var expected = From[step].SelectMany(before => plan.Groups(before).Tasks
                    .Select((other, index) => (Other: other, Number: plan.Steps[before].First + index))
                    .Where(pair => mine.Any(row => Reads(pair.Other, row)))
                    .Select(pair => pair.Number));
                task.Upstream.ShouldBe(expected.Order());
            }
        }
    });

    [Fact]
    public void Every_file_is_read_by_the_tasks_of_its_rows() => ForPlans((rows, plan) =>
    {
        foreach (var task in plan.Groups(0).Tasks)
        {
            task.Inputs["raw"].Select(index => plan.Files[index].Id).ShouldBe(rows.Where(row => Reads(task, row)).Select(row => row.File.Id).Distinct(), ignoreOrder: true);
        }
    });

    [Fact]
    public void Tasks_are_numbered_without_a_gap_and_wait_for_earlier_ones_only() => ForPlans((_, plan) =>
    {
        plan.Steps.Select(step => step.First).ShouldBe(plan.Steps.Select((_, i) => plan.Steps.Take(i).Sum(step => step.Count)));
        foreach (var step in plan.Steps)
        {
            ((StepWork.Groups)step.Work).Tasks.SelectMany(task => task.Upstream).ShouldAllBe(upstream => upstream < step.First);
        }
    });

    [Fact]
    public void The_order_of_the_rows_and_their_repetition_mean_nothing()
    {
        var shuffled = from rows in Rows.Generator from other in Gen.Shuffle(rows) select (rows, other);
        Prop.ForAll(shuffled.ToArbitrary(), pair => Written(Plan([.. pair.other, pair.rows[0]])).ShouldBe(Written(Plan(pair.rows)))).Check(Many);
    }

    private static bool Reads(TaskGroup task, InputRow row) => task.Keys.All(key => row.TextOf(key.Key) == key.Value);

    private static string Written(JobPlan plan) => JsonSerializer.Serialize(new
    {
        files = plan.Files.Select(file => file.Id),
        steps = plan.Steps.Select((step, i) => new { step.Name, step.First, step.Count, work = plan.Groups(i) }),
    });

    private static JobPlan Plan(InputRow[] rows) => SamplePipelines.Plan(Catalog, "p", rows);

    private static void ForPlans(Action<InputRow[], JobPlan> holds) => Prop.ForAll(Rows, rows => holds(rows, Plan(rows))).Check(Many);
}
