using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class ExecPlannerTests
{
    private static readonly Resources Small = new(1, 1024);

    [Fact]
    public void One_command_is_one_task()
    {
        var plan = SampleRecipes.Accepted(ExecPlanner.Plan(["/bin/echo", "{}"], null, Small, TimeSpan.FromMinutes(1)));

        plan.TaskCount.ShouldBe(1);
        plan.Steps[0].ShouldBe(new StepPlan("echo", null, 0, 1, Small, TimeSpan.FromMinutes(1), plan.Steps[0].Work));
        plan.Steps[0].Work.ShouldBeOfType<StepWork.Exec>().Command.ShouldBe(["/bin/echo", "{}"]);
    }

    [Fact]
    public void Each_line_is_a_task()
    {
        var lines = TaskLines.Pack(["a", "b,c", ""]);

        var plan = SampleRecipes.Accepted(ExecPlanner.Plan(["cp", "{}", "/tmp"], lines, Small, null));

        plan.TaskCount.ShouldBe(3);
        ((StepWork.Exec)plan.Steps[0].Work).Lines.ShouldBe(lines);
    }

    [Theory]
    [InlineData("true", "true")]
    [InlineData("./run.sh", "run.sh")]
    [InlineData("{}", "exec")]
    [InlineData("bin/", "exec")]
    public void The_step_is_called_like_the_program(string program, string expected) =>
        SampleRecipes.Accepted(ExecPlanner.Plan([program], null, Small, null)).Steps[0].Name.ShouldBe(expected);

    [Fact]
    public void What_cannot_run_is_refused()
    {
        SampleRecipes.Refused(ExecPlanner.Plan([], null, Small, null))[0].Message.ShouldBe("There is no command to run: write it after '--'.");
        SampleRecipes.Refused(ExecPlanner.Plan([""], null, Small, null))[0].Message.ShouldBe("There is no command to run: write it after '--'.");
        SampleRecipes.Refused(ExecPlanner.Plan(["true"], TaskLines.Pack([]), Small, null))[0].Message.ShouldBe("There is no line to run the command for.");
        SampleRecipes.Refused(ExecPlanner.Plan(["echo", "a\0b"], null, Small, null))[0].Message.ShouldBe(
            "The argument 'a\\0b' holds a NUL character, which no program can be given.");
    }

    [Theory]
    [InlineData("8,6")]
    [InlineData("two words")]
    [InlineData("\"quoted\" and 'quoted'")]
    [InlineData("{}")]
    [InlineData("a{}b{}{")]
    [InlineData("$(rm -rf ~) `x` ; & | > *")]
    [InlineData("")]
    public void A_line_is_put_in_unharmed(string line) =>
        ExecCommand.Expand(["cp", "{}", "--to={}/{}", "{", "}"], line).ShouldBe(["cp", line, $"--to={line}/{line}", "{", "}"]);

    [Fact]
    public void Braces_that_a_line_completes_are_not_seen_again() =>
        ExecCommand.Expand(["{{}}"], "}{").ShouldBe(["{}{}"]);

    [Fact]
    public void A_command_without_a_place_for_the_line_stays_as_it_is()
    {
        ImmutableArray<string> command = ["true", "-x"];

        ExecCommand.Expand(command, "line").ShouldBe(command);
    }
}
