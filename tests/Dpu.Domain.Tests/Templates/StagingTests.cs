using System.Collections.Immutable;
using System.Text.Json;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Templates;

public sealed class StagingTests
{
    [Fact]
    public void Files_go_where_their_metadata_says_and_the_task_is_told_that_place()
    {
        var task = Task(
            "corr { type = calexp, folder = \"corr/{filter}\", rename = \"{visit}-{ccd}.fits\" }, map { type = skymap, folder = \".\" }, cat { type = ref, match = [], folder = ref, unpack = true }",
            ("corr", [OneTask.File("a", "7/0.1/a.fits", ("filter", "#842"), ("visit", "1"), ("ccd", "8,6"))]),
            ("map", [OneTask.File("m", "/archive/skyMap.pickle")]),
            ("cat", [OneTask.File("c", "/archive/cat.tar")]));

        var ready = task.Ready();

        ready.Staged.ShouldBe(
            [
                new StagedFile("c", "/archive/cat.tar", "ref", true), new StagedFile("a", "/store/7/0.1/a.fits", "corr/#842/1-8,6.fits", false),
                new StagedFile("m", "/archive/skyMap.pickle", "skyMap.pickle", false),
            ],
            ignoreOrder: true);
        PathsIn(ready, "corr").ShouldBe(["/work/12/3.2/corr/#842/1-8,6.fits"]);
        PathsIn(ready, "map").ShouldBe(["/work/12/3.2/skyMap.pickle"]);
        PathsIn(ready, "cat").ShouldBe(["/work/12/3.2/ref"]);
        ready.Commands[0].Words.Skip(1).ShouldBe(["/work/12/3.2/corr/#842/1-8,6.fits", "1-8,6.fits"]);
    }

    [Fact]
    public void Two_files_of_one_name_are_refused_and_both_are_named()
    {
        var task = Task("corr { type = calexp, folder = corr }", ("corr", [OneTask.File("a", "1/x.fits"), OneTask.File("b", "2/x.fits")]));

        task.Reason().ShouldBe("Warp: the input a and the input b would both be 'corr/x.fits' in the work directory");
    }

    [Fact]
    public void A_file_that_two_inputs_read_is_there_once()
    {
        var same = OneTask.File("a", "1/x.fits");
        var task = Task("corr { type = calexp, folder = in }, more { type = calexp, folder = in }", ("corr", [same]), ("more", [same]));

        task.Ready().Staged.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("task.json", "the task's directions and the input a would both be 'task.json'")]
    [InlineData("results.json", "the list of its results")]
    [InlineData("run.sh", "the script that runs its commands")]
    public void Names_of_our_own_are_not_given_away(string name, string problem) =>
        Task("corr { type = calexp, folder = \".\" }", ("corr", [OneTask.File("a", "1/" + name)])).Reason().ShouldContain(problem);

    [Fact]
    public void A_file_cannot_be_the_folder_of_another_one()
    {
        const string Inputs = "corr { type = calexp, folder = \".\" }, more { type = calexp, folder = x }";

        Task(Inputs, ("corr", [OneTask.File("a", "1/x")]), ("more", [OneTask.File("b", "1/y")])).Reason().ShouldContain("which the input b needs as a folder");
        Task(Inputs.Replace("corr", "zorr", StringComparison.Ordinal), ("zorr", [OneTask.File("a", "1/x")]), ("more", [OneTask.File("b", "1/y")]))
            .Reason().ShouldContain("would both be 'x'");
    }

    [Fact]
    public void A_list_and_an_input_of_one_name_are_refused() =>
        new OneTask("inputs { corr { type = calexp, folder = l } }, lists { l { file = \"l/x\", input = corr } }")
        {
            Inputs = OneTask.Sorted(("corr", (ImmutableArray<InputFile>)[OneTask.File("a", "1/x")])),
        }.Reason().ShouldContain("the input a and the list 'l' of Warp would both be 'l/x'");

    [Fact]
    public void Metadata_that_is_missing_is_told_with_the_file() =>
        Task("corr { type = calexp, folder = \"{filter}\" }", ("corr", [OneTask.File("a", "x")])).Reason()
            .ShouldBe("Warp: the template '{filter}' cannot be filled in: the file a has no 'filter', and neither is it a key or an option of the task");

    private static IEnumerable<string?> PathsIn(TaskOrders.Ready ready, string input)
    {
        using var directions = JsonDocument.Parse(ready.Commands[0].Directions);
        return [.. directions.RootElement.GetProperty("inputs").GetProperty(input).EnumerateArray().Select(file => file.GetProperty("path").GetString())];
    }

    private static OneTask Task(string inputs, params (string, ImmutableArray<InputFile>)[] files) => new($$"""
        inputs { {{inputs}} }
        arguments = [{ each = {{files[0].Item1}}, words = ["{path}", "{name}"] }]
        """)
    {
        Inputs = OneTask.Sorted(files),
    };
}
