using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Recipes;
using Dpu.Domain.Templates;
using Dpu.Domain.Tests.Recipes;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Templates;

/// <summary>The example that recipe authors begin with does what is written beside it.</summary>
public sealed class WorkedExampleTests
{
    [Fact]
    public void The_worked_example_gives_the_command_line_that_it_promises()
    {
        var blocks = Blocks();
        var promised = blocks.Single(block => block.TrimStart().StartsWith("hsc-warp", StringComparison.Ordinal));

        var ready = new OneTask(Example("Warp"))
        {
            Options = ["tract=0"],
            Keys = OneTask.Sorted(("patch", "8,6"), ("filter", "HSC-I")),
            Inputs = OneTask.Sorted(("chips", (ImmutableArray<InputFile>)[Chip("a", "10"), Chip("b", "4")])),
        }.Ready();

        ready.Commands[0].Words.ShouldBe(promised.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        ready.Lists.ShouldBe([new ListFile("list/chips-8,6.list", "/work/12/3.2/raw/HSC-I/904010-10.fits 904010 10\n/work/12/3.2/raw/HSC-I/904010-4.fits 904010 4\n")]);
        ready.Outputs[0].Folder.ShouldBe("coadd/HSC-I");
    }

    [Fact]
    public void The_example_of_ends_says_what_is_written_beside_it()
    {
        var rules = Example("Fit").Rules;

        (rules.Retry.Recipe, rules.Retry.Memory).ShouldBe((2, 3));
        rules.Exits.ShouldBe([new ExitRule(2, FailureCause.Recipe, Final: true), new ExitRule(65, FailureCause.Data, Final: false)], ignoreOrder: true);
        rules.Patterns.Select(pattern => (pattern.Name, pattern.Level, pattern.Action, pattern.Cause)).ShouldBe(
            [
                ("no-stars", FindingLevel.Error, FindingAction.Fail, FailureCause.Data),
                ("seeing", FindingLevel.Warning, FindingAction.Hold, null),
                ("crowded", FindingLevel.Info, FindingAction.Record, (FailureCause?)null),
            ],
            ignoreOrder: true);
    }

    private static Recipe Example(string name) => Blocks()
        .Where(block => block.StartsWith("hocon", StringComparison.Ordinal))
        .Select(block => SampleRecipes.Read(block["hocon".Length..].Replace("dpu.recipes.", "", StringComparison.Ordinal)).Find(name))
        .OfType<Recipe>()
        .Single();

    private static string[] Blocks() => File.ReadAllText(Readme()).Split("```");

    private static InputFile Chip(string id, string ccd) => OneTask.File(id, $"/raw/{id}.fits", ("visit", "904010"), ("ccd", ccd), ("filter", "HSC-I"));

    private static string Readme()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "hocon", "recipes", "README.md")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The recipes' README is not above the tests.");
        }

        return Path.Combine(directory.FullName, "hocon", "recipes", "README.md");
    }
}
