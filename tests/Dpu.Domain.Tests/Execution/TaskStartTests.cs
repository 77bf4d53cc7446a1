using System.Collections.Immutable;
using Dpu.Domain.Catalog;
using Dpu.Domain.Execution;
using Dpu.Domain.Jobs;
using Dpu.Domain.Shipping;
using Dpu.Domain.Tests.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Execution;

public sealed class TaskStartTests
{
    private static readonly ImmutableSortedDictionary<string, MetadataValue> NoMetadata = ImmutableSortedDictionary<string, MetadataValue>.Empty;
    private static readonly ImmutableSortedDictionary<string, string> NoTexts = ImmutableSortedDictionary<string, string>.Empty;

    [Fact]
    public void A_command_gets_its_line()
    {
        var state = Given.Job(Given.Tasks(3), Given.Start(1), Given.Lost(1), Given.Start(1));

        var start = TaskStart.For(state, 1);

        start.Attempt.ShouldBe(new AttemptId(Given.Id, 1, 2));
        start.Command.ShouldBe(["run", "line 1"]);
        start.Work.ShouldBeSameAs(TaskWork.Plain);
        (start.Step, start.Resources).ShouldBe(("run", Given.OneCpu));
    }

    [Fact]
    public void What_came_with_the_job_comes_with_each_task()
    {
        var state = Given.Job(Given.Tasks(3), Given.Start(1));
        var spec = state.Spec! with
        {
            Code = new ShippedCode("abc", 12),
            Version = "develop",
            Settings = new ShippedSettings(NoTexts.Add("PROJECT", "x"), "[global]\n"),
        };

        var start = TaskStart.For(state with { Spec = spec }, 1);
        var plain = TaskStart.For(state, 1);

        (start.Code, start.Version, start.Settings).ShouldBe((spec.Code, "develop", spec.Settings));
        (plain.Code, plain.Version, plain.Settings).ShouldBe((null, null, null));
    }

    [Fact]
    public void A_command_without_lines_is_left_as_it_is()
    {
        var plan = new JobPlan([], [new StepPlan("run", null, 0, 1, Given.OneCpu, TimeSpan.FromSeconds(9), new StepWork.Exec(["run", "{}"], null))]);

        var start = TaskStart.For(Given.Job(plan, Given.Start(0)), 0);

        start.Command.ShouldBe(["run", "{}"]);
        start.WallTime.ShouldBe(TimeSpan.FromSeconds(9));
    }

    [Fact]
    public void It_brings_what_its_recipe_says_of_exit_codes_and_lines()
    {
        var plan = Given.Tasks(1);
        var rules = StepRules.Usual with
        {
            Exits = [new ExitRule(2, FailureCause.Recipe, Final: true)],
            Patterns = [new LogPattern("oom", "MemoryError", FindingLevel.Error, FindingAction.Fail, FailureCause.Memory)],
        };

        var start = TaskStart.For(Given.Job(plan with { Steps = [plan.Steps[0] with { Rules = rules }] }, Given.Start(0)), 0);

        start.Exits.ShouldBe(rules.Exits);
        start.Patterns.ShouldBe(rules.Patterns);
    }

    [Fact]
    public void A_recipe_gets_its_files_and_the_outputs_of_what_it_waited_for_by_type()
    {
        var files = ImmutableArray.Create(File("raw-0"), File("raw-1"), File("bias-0"));
        var first = Given.Groups("Reduce", [InputRule.InPlace("raw", [])], [], [Group(("raw", [0])), Group(("raw", [1]))]);
        var second = Given.Groups(
            "Coadd",
            [InputRule.InPlace("frames", ["reduced"]), InputRule.InPlace("bias", [])],
            [new OutputRule("sum", "coadd", "*.fits", true)],
            [Group([0, 1], ("bias", [2]), ("frames", []))],
            NoTexts.Add("level", "3"));
        var plan = new JobPlan(files, [Step("Reduce", 0, 2, first), Step("Coadd", 2, 1, second)]);
        var reduced = Given.Output(0, 1, "reduced");
        var state = Given.Job(plan, Given.Start(0, 1), Ended(0, reduced, Given.Output(0, 1, "weight")), Ended(1, Given.Output(1, 1, "reduced")), Given.Start(2));

        var work = TaskStart.For(state, 2).Work.ShouldBeOfType<TaskWork.Directed>();

        work.Recipe.ShouldBe("Coadd");
        work.Commands.ShouldHaveSingleItem().Parameters.ShouldBe(NoTexts.Add("level", "3"));
        work.Inputs["bias"].Select(file => file.Id).ShouldBe(["bias-0"]);
        work.Inputs["frames"].ShouldBe([new InputFile(reduced.Id, reduced.Path, "reduced", NoMetadata), .. work.Inputs["frames"].Skip(1)]);
        work.Inputs["frames"].Select(file => file.Id).ShouldBe([reduced.Id, Given.Output(1, 1).Id]);
        work.InputIds.ShouldBe(["bias-0", reduced.Id, Given.Output(1, 1).Id]);
        TaskStart.For(state, 0).Work.ShouldBeOfType<TaskWork.Directed>().InputIds.ShouldBe(["raw-0"]);
    }

    [Fact]
    public void A_file_that_is_read_under_two_names_is_one_input()
    {
        var work = Given.Groups("Reduce", [InputRule.InPlace("raw", []), InputRule.InPlace("again", [])], [], [Group(("raw", [0]), ("again", [0]))]);
        var state = Given.Job(new JobPlan([File("raw-0")], [Step("Reduce", 0, 1, work)]), Given.Start(0));

        TaskStart.For(state, 0).Work.ShouldBeOfType<TaskWork.Directed>().InputIds.ShouldBe(["raw-0"]);
    }

    [Fact]
    public void An_output_for_other_keys_is_no_input_although_its_task_served_both()
    {
        var warp = Given.Groups("warp", [InputRule.InPlace("raw", [])], [], [Group()]);
        var coadd = Given.Groups("coadd", [InputRule.InPlace("warps", ["warp"])], [], [.. new[] { "8,6", "8" }.Select(patch => Group([0]) with { Keys = NoTexts.Add("patch", patch) })]);
        var plan = new JobPlan([], [Step("warp", 0, 1, warp), Step("coadd", 1, 2, coadd)]);
        var outputs = new[] { ("a", "8,6"), ("b", "8"), ("c", null) }.Select(made => Given.Output(0, 1, "warp") with
        {
            Id = made.Item1,
            Metadata = made.Item2 is null ? NoMetadata : NoMetadata.Add("patch", MetadataValue.Of(made.Item2)),
        });
        var state = Given.Job(plan, Given.Start(0), Ended(0, [.. outputs]), Given.Start(1, 2));

        TaskStart.For(state, 1).Work.ShouldBeOfType<TaskWork.Directed>().InputIds.ShouldBe(["a", "c"]);
        TaskStart.For(state, 2).Work.ShouldBeOfType<TaskWork.Directed>().InputIds.ShouldBe(["b", "c"]);
    }

    [Fact]
    public void Of_two_steps_that_make_the_same_type_an_input_reads_those_it_names()
    {
        var maker = Given.Groups("maker", [], [], [Group()]);
        var first = InputRule.InPlace("first", ["image"]) with { UpstreamSteps = [0] };
        var second = InputRule.InPlace("second", ["image"]) with { UpstreamSteps = [1] };
        var reader = Given.Groups("reader", [first, second, InputRule.InPlace("both", ["image"])], [], [Group([0, 1])]);
        var plan = new JobPlan([], [Step("one", 0, 1, maker), Step("two", 1, 1, maker), Step("reader", 2, 1, reader)]);
        var state = Given.Job(plan, Given.Start(0, 1), Ended(0, Given.Output(0, 1, "image")), Ended(1, Given.Output(1, 1, "image")), Given.Start(2));

        var inputs = TaskStart.For(state, 2).Work.ShouldBeOfType<TaskWork.Directed>().Inputs;

        inputs["first"].Select(file => file.Id).ShouldBe([Given.Output(0, 1).Id]);
        inputs["second"].Select(file => file.Id).ShouldBe([Given.Output(1, 1).Id]);
        inputs["both"].Length.ShouldBe(2);
    }

    private static InputFile File(string id) => new(id, "/" + id, "raw", NoMetadata);

    private static StepPlan Step(string name, int first, int count, StepWork work) => new(name, name, first, count, Given.OneCpu, null, work);

    private static TaskGroup Group(params (string Input, int[] Files)[] inputs) => Group([], inputs);

    private static TaskGroup Group(int[] upstream, params (string Input, int[] Files)[] inputs) => new(
        NoTexts,
        inputs.ToImmutableSortedDictionary(input => input.Input, input => input.Files.ToImmutableArray(), StringComparer.Ordinal),
        [.. upstream]);

    private static JobCommand.ReportEnds Ended(int task, params OutputFile[] outputs) =>
        new(Given.Node, [Given.Report(task) with { Outputs = [.. outputs] }]);
}
