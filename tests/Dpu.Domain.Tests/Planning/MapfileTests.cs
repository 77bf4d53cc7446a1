using Dpu.Domain.Jobs;
using Dpu.Domain.Planning;
using Dpu.Domain.Recipes;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class MapfileTests
{
    private static readonly HostNames Names = new("local", "schmidt.astro.nl");

    [Theory]
    [InlineData("a=[ x, y ]", "a: x | y")]
    [InlineData("a=[x,y] b=[z]", "a: x | y; b: z")]
    [InlineData("a = [\n  x,\n  y\n]\n\nb=[ z ]\n", "a: x | y; b: z")]
    [InlineData("# which is where\na=[ x ] # here\nb=[ ]", "a: x; b: ")]
    [InlineData("a=[ \"8,6.fits\", 'it [is] x', \"'\" ]", "a: 8,6.fits | it [is] x | '")]
    [InlineData("a=[ /data/swinban k/x.MS ]", "a: /data/swinban k/x.MS")]
    [InlineData("a=[ it's.fits, b=c.fits, #842.fits ]", "a: it's.fits | b=c.fits | #842.fits")]
    [InlineData("a=[ x ]\r\na=[ y ]\r\n", "a: x; a: y")]
    [InlineData("lce001.offline-2_b=[x]", "lce001.offline-2_b: x")]
    public void Entries_are_read(string text, string expected) =>
        string.Join("; ", Read(text).Entries.Select(entry => $"{entry.Host}: {string.Join(" | ", entry.Files)}")).ShouldBe(expected);

    [Theory]
    [InlineData("", "map:1:1: there is no entry")]
    [InlineData("a=[]\nb=[ ]", "map:2:6: no host has a file")]
    [InlineData("a=[ x ]\n, b=[ y ]", "map:2:1: ',' stands where a host is due")]
    [InlineData("a x", "map:1:3: '=' is due after the host 'a', not 'x'")]
    [InlineData("a=x", "map:1:3: '[' is due after 'a=', not 'x'")]
    [InlineData("a=", "map:1:3: '[' is due after 'a='; the text ends here")]
    [InlineData("a=[ x,\n  y", "map:2:3: the list of 'a' is not closed")]
    [InlineData("a=[ x, y b=[ z ]", "map:1:12: '[' inside the list of 'a'")]
    [InlineData("a=[ x\n  y ]", "map:1:6: a file is folded")]
    [InlineData("a=[ x, , y ]", "map:1:8: a file is empty")]
    [InlineData("a=[ x, ]", "map:1:8: a file is empty")]
    [InlineData("a=[ \"\" ]", "map:1:5: a file is empty")]
    [InlineData("a=[ \"x, y ]", "map:1:5: this quote is not closed")]
    [InlineData("a=[ \"x\" y ]", "map:1:9: ',' or ']' is due here")]
    public void What_can_be_read_in_two_ways_is_refused_with_its_place(string text, string expected)
    {
        var error = Refused(Mapfile.Parse(text, "map"));
        error.Code.ShouldBe("bad-mapfile");
        error.Message.ShouldStartWith(expected);
    }

    [SeedFact]
    public void The_example_of_the_field_has_ten_hosts_and_29_files()
    {
        var lines = File.ReadAllLines(SeedFactAttribute.Path!).SkipWhile(line => !line.Contains("lce001=[", StringComparison.Ordinal)).TakeWhile(line => line.Contains("=[", StringComparison.Ordinal));

        var plan = HostedLines.Of(Read(string.Join('\n', lines)).Entries, Names);

        plan.Hosts.Select(host => host.Host).ShouldBe(Enumerable.Range(1, 10).Select(i => $"lce{i:000}"));
        plan.Hosts.Select(host => host.Count).ShouldBe([4, 3, 3, 3, 3, 3, 3, 3, 3, 1]);
        plan.Lines.Count.ShouldBe(29);
        plan.Hosts.Select(host => host.First).ShouldBe([0, 4, 7, 10, 13, 16, 19, 22, 25, 28]);
        Enumerable.Range(0, 29).Select(i => plan.Lines[i]).ShouldAllBe(line => line.StartsWith("/data/scratch/swinban") && line.EndsWith("-uv.MS.dppp"));
    }

    [Fact]
    public void Any_file_can_be_written_in_quotes() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(WickedText.Arbitrary, text =>
        {
            var file = "x" + text.Replace("\n", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);
            return Read($"a=[ \"{file}\", y ]").Entries.Single().Files.SequenceEqual([file, "y"]);
        }));

    [Fact]
    public void Tasks_stand_by_node_in_natural_order_and_no_line_is_lost()
    {
        var plan = HostedLines.Of(Read("n10=[ a ] localhost=[ b ] n9=[ c ] schmidt=[ d ] n10=[ e ] empty=[ ]").Entries, Names);

        plan.Hosts.ShouldBe([new HostRange("local", 0, 2), new HostRange("n9", 2, 1), new HostRange("n10", 3, 2)]);
        Enumerable.Range(0, 5).Select(i => plan.Lines[i]).ShouldBe(["b", "d", "c", "a", "e"]);
        Enumerable.Range(0, 5).Select(new Placement(PlacementKind.Cluster, [], plan.Hosts).HostOf).ShouldBe(["local", "local", "n9", "n10", "n10"]);
    }

    [Theory]
    [InlineData("localhost", "local")]
    [InlineData("LOCALHOST", "local")]
    [InlineData("schmidt", "local")]
    [InlineData("schmidt.astro.nl", "local")]
    [InlineData("schmidt.elsewhere.nl", "schmidt.elsewhere.nl")]
    [InlineData("local", "local")]
    [InlineData("lce001", "lce001")]
    public void The_machine_itself_is_the_embedded_node(string host, string node) => Names.NodeOf(host).ShouldBe(node);

    [Fact]
    public void Hosts_that_are_not_here_are_named_once()
    {
        HostNames.Warning(["local", "a"], ["local", "a"]).ShouldBeNull();
        HostNames.Warning(["a", "local", "a"], ["local"]).ShouldBe("a is no node of this DPU now: its tasks wait until it joins.");
        HostNames.Warning(["a", "b"], []).ShouldBe("a and b are no nodes of this DPU now: their tasks wait until they join.");
    }

    private static Mapfile Read(string text) => Recipes.SampleRecipes.Accepted(Mapfile.Parse(text, "map"));

    private static SubmissionError Refused(Checked<Mapfile> result) => Recipes.SampleRecipes.Refused(result).ShouldHaveSingleItem();
}
