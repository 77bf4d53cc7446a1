using System.Collections.Immutable;
using Dpu.Domain.Jobs;
using Dpu.Domain.Templates;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Templates;

public sealed class ListTests
{
    [Fact]
    public void A_list_has_a_line_for_each_file() =>
        Task("columns = [\"{path}\", \"{visit}\", \"v{visit}/{job}\"]", [("visit", "1")], [("visit", "2")]).Ready().Lists
            .ShouldBe([new ListFile("l-8,6.list", "/store/0.fits 1 v1/12\n/store/1.fits 2 v2/12\n")]);

    [Fact]
    public void Paths_alone_are_the_usual_lines() => Task("", [("visit", "1")]).Ready().Lists.ShouldBe([new ListFile("l-8,6.list", "/store/0.fits\n")]);

    [Fact]
    public void A_list_of_nothing_is_empty() => Task("").Ready().Lists.ShouldBe([new ListFile("l-8,6.list", "")]);

    [Theory]
    [InlineData("columns = [\"{visit}\", x]", "a b", "holds the separator ' '")]
    [InlineData("columns = [\"{visit}\", x]", "a\tb", "holds a blank")]
    [InlineData("columns = [\"{visit}\", x]", "", "a gap that nobody sees")]
    [InlineData("columns = [\"{visit}\", x], separator = \",\"", "8,6", "holds the separator ','")]
    [InlineData("columns = [\"{visit}\"]", "a\nb", "holds the end of a line")]
    [InlineData("columns = [\"{visit}\"]", "a\rb", "holds the end of a line")]
    [InlineData("columns = [\"{visit}\"]", "", "a gap that nobody sees")]
    public void A_line_that_could_be_read_in_two_ways_is_not_written(string rule, string value, string problem)
    {
        var reason = Task(rule, [("visit", value)]).Reason();

        reason.ShouldStartWith("Warp: the list 'l' cannot be written: ");
        reason.ShouldContain(problem);
    }

    [Theory]
    [InlineData("columns = [\"{visit}\"]", "a b")]
    [InlineData("columns = [\"{visit}\", x], separator = \",\"", "")]
    [InlineData("columns = [\"{visit}\", x], separator = \";\"", "8,6 \"a\"")]
    public void What_has_one_meaning_is_written(string rule, string value) =>
        Task(rule, [("visit", value)]).Ready().Lists.ShouldHaveSingleItem().Text.ShouldStartWith(value);

    [Fact]
    public void Whatever_is_written_reads_back_the_same() => Prop.ForAll(WickedText.Arbitrary, WickedText.Arbitrary, (a, b) =>
    {
        if (Task("columns = [\"{a}\", \"{b}\"], separator = \"=\"", [("a", a), ("b", b)]).Orders() is TaskOrders.Ready ready)
        {
            ready.Lists[0].Text.Split('\n').ShouldBe([$"{a}={b}", ""]);
            ready.Lists[0].Text.TrimEnd('\n').Split('=').ShouldBe([a, b]);
        }
        else
        {
            (a + b).IndexOfAny(['=', '\n']).ShouldBeGreaterThanOrEqualTo(0);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Two_lists_of_one_name_are_a_mistake_unless_they_are_the_same()
    {
        const string Same = "lists { a { file = x, input = corr }, b { file = x, input = corr } }, inputs { corr { type = calexp } }";

        Of(Same).Ready().Lists.Length.ShouldBe(1);
        Of(Same + ", lists.b.columns = [\"{id}\"]").Reason().ShouldBe("Warp: the list 'a' of Warp and the list 'b' of Warp would both be 'x' in the work directory");

        static OneTask Of(string text) => new(text) { Inputs = OneTask.Sorted(("corr", (ImmutableArray<InputFile>)[OneTask.File("i", "p")])) };
    }

    private static OneTask Task(string rule, params (string Key, string Value)[][] files) => new($$"""
        inputs { corr { type = calexp } }
        divide-by = [patch]
        lists { l { file = "l-{patch}.list", input = corr, {{rule}} } }
        """)
    {
        Keys = OneTask.Sorted(("patch", "8,6")),
        Inputs = OneTask.Sorted(("corr", ImmutableArray.CreateRange(files.Select((metadata, index) => OneTask.File($"id-{index}", $"{index}.fits", metadata))))),
    };
}
