using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Service.Nodes;
using Dpu.Service.Tests.Configuration;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Nodes;

public sealed class RecipeExecutablesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_program_is_looked_for_along_the_path_in_its_order()
    {
        var first = _folder.Script("first/tool", "");
        _folder.Script("second/tool", "");
        var only = _folder.Script("second/only", "");
        var executables = new RecipeExecutables($"{_folder.At("none")}:{_folder.At("first")}::{_folder.At("second")}");
        executables.Find("tool").ShouldBe(first);
        executables.Find("only").ShouldBe(only);
        executables.Find("other").ShouldBeNull();
    }

    [Fact]
    public void What_is_no_program_is_passed_over()
    {
        _folder.File("a/tool", "not executable");
        Directory.CreateDirectory(_folder.At("b/tool"));
        var real = _folder.Script("c/tool", "");
        new RecipeExecutables($"{_folder.At("a")}:{_folder.At("b")}:{_folder.At("c")}").Find("tool").ShouldBe(real);
    }

    [Fact]
    public void An_absolute_path_is_taken_as_it_is_and_a_relative_one_not_at_all()
    {
        var script = _folder.Script("bin/tool", "");
        var executables = new RecipeExecutables(_folder.Path);
        executables.Find(script).ShouldBe(script);
        executables.Find(_folder.At("bin/none")).ShouldBeNull();
        executables.Find("bin/tool").ShouldBeNull();
    }

    [Fact]
    public void What_is_missing_is_said_once_for_each_program_with_the_recipes_that_need_it()
    {
        var executables = new RecipeExecutables(_folder.Path);
        _folder.Script("tool", "");
        Recipe[] recipes = [Of("A", "gone"), Of("B", "tool"), Of("C", "gone"), Of("D", "bin/relative")];
        var reasons = executables.MissingPrograms(recipes).ToList();
        reasons.Count.ShouldBe(2);
        reasons[0].ShouldContain("A, C");
        reasons[1].ShouldContain("absolute");
        executables.WhyUnavailable(recipes[0])!.ShouldContain("correct the command of A");
        executables.WhyUnavailable(recipes[1]).ShouldBeNull();
        executables.WhyUnavailable(recipes[3])!.ShouldContain("absolute");
    }

    [Fact]
    public void What_a_package_brings_is_told_with_the_package_and_is_no_fault_of_the_installation()
    {
        var executables = new RecipeExecutables(_folder.Path);
        _folder.Script("tool", "");
        Recipe[] recipes = [Of("A", "tool") with { Needs = [new ProgramNeed("gone", "gone-tools")] }, Of("B", "tool") with { Needs = [new ProgramNeed("lost", null)] }];
        executables.MissingPrograms(recipes).ShouldHaveSingleItem().ShouldStartWith("B cannot run here");
        executables.MissingPackages(recipes).ShouldBe(["A would run with the package gone-tools (apt-get install gone-tools)"]);
        executables.WhyUnavailable(recipes[0])!.ShouldEndWith("Install the package gone-tools on the nodes (apt-get install gone-tools).");
        _folder.Script("gone", "");
        executables.WhyUnavailable(recipes[0]).ShouldBeNull();
    }

    [Fact]
    public void What_is_not_added_lacks_no_program()
    {
        var executables = new RecipeExecutables(_folder.Path);
        var known = Of("A", "tool") with { Command = [], ThirdParty = "somebody's" };
        executables.MissingPrograms([known]).ShouldBeEmpty();
        executables.WhyUnavailable(known).ShouldBe(known.WhyNotAdded);
    }

    private static Recipe Of(string name, string program) =>
        new(name, "", [program], [], [], ImmutableArray<string>.Empty, new Resources(1, 0), TimeSpan.Zero, null, [], StepRules.Usual);
}
