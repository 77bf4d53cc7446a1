using System.Collections.Immutable;
using Dpu.Domain.Jobs;
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
        var blocks = File.ReadAllText(Readme()).Split("```");
        var declaration = blocks.Single(block => block.StartsWith("hocon", StringComparison.Ordinal))["hocon".Length..];
        var promised = blocks.Single(block => block.TrimStart().StartsWith("hsc-warp", StringComparison.Ordinal));

        var ready = new OneTask(SampleRecipes.Read(declaration.Replace("dpu.recipes.", "", StringComparison.Ordinal)).Find("Warp")!)
        {
            Options = ["tract=0"],
            Keys = OneTask.Sorted(("patch", "8,6"), ("filter", "HSC-I")),
            Inputs = OneTask.Sorted(("chips", (ImmutableArray<InputFile>)[Chip("a", "10"), Chip("b", "4")])),
        }.Ready();

        ready.Commands[0].Words.ShouldBe(promised.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        ready.Lists.ShouldBe([new ListFile("list/chips-8,6.list", "/work/12/3.2/raw/HSC-I/904010-10.fits 904010 10\n/work/12/3.2/raw/HSC-I/904010-4.fits 904010 4\n")]);
        ready.Outputs[0].Folder.ShouldBe("coadd/HSC-I");
    }

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
