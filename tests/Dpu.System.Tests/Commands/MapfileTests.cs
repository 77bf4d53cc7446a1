using System.Globalization;
using Shouldly;
using Xunit;

namespace Dpu.System.Tests.Commands;

/// <summary>Work where its data is, with the real program.</summary>
public sealed class MapfileTests(RealDpu dpu) : IClassFixture<RealDpu>
{
    [Fact]
    public async Task No_two_of_a_host_run_at_once_when_one_may()
    {
        var folder = dpu.NewFolder("turns");
        var mapfile = dpu.NewFile("one.map", "localhost=[ 1, 2, \"3,4\" ] localhost=[ 5 5,\n 6, 7, 8 ]");

        var job = int.Parse((await dpu.RunAsync(
            "exec", "--mapfile", mapfile, "--max-per-node", "1", "--wait", "--",
            "sh", "-c", "date +'%s%N' > \"$1/$2.begin\"; sleep 0.05; date +'%s%N' > \"$1/$2.end\"", "sh", folder, "{}")).Exits(0).Out, CultureInfo.InvariantCulture);

        var turns = Directory.EnumerateFiles(folder, "*.begin")
            .Select(begin => (Begin: Moment(begin), End: Moment(Path.ChangeExtension(begin, ".end"))))
            .OrderBy(turn => turn.Begin)
            .ToList();
        turns.Count.ShouldBe(7);
        turns.Zip(turns.Skip(1)).ShouldAllBe(pair => pair.First.End <= pair.Second.Begin);
        File.Exists(Path.Combine(folder, "3,4.end")).ShouldBeTrue();
        var tasks = (await dpu.RunAsync("show", $"{job}", "--tasks", "--json")).Exits(0).Json.GetProperty("tasks");
        tasks.EnumerateArray().Select(task => (task.GetProperty("host").GetString(), task.GetProperty("line").GetString()))
            .ShouldBe([("local", "1"), ("local", "2"), ("local", "3,4"), ("local", "5 5"), ("local", "6"), ("local", "7"), ("local", "8")]);
        (await dpu.RunAsync("show", $"{job}", "--tasks")).Exits(0).Out.ShouldContain("3,4");
    }

    [SeedFact("003")]
    public async Task The_example_of_the_field_is_planned_on_its_ten_hosts()
    {
        var lines = File.ReadAllLines(SeedFactAttribute.PathOf("003")!).SkipWhile(line => !line.Contains("lce001=[", StringComparison.Ordinal)).TakeWhile(line => line.Contains("=[", StringComparison.Ordinal));
        var mapfile = dpu.NewFile("lofar.map", string.Join('\n', lines));

        var run = (await dpu.RunAsync("exec", "--mapfile", mapfile, "--max-per-node", "2", "--dry-run", "--json", "--", "ndppp", "msin={}")).Exits(0);

        var step = run.Json.GetProperty("steps")[0];
        step.GetProperty("tasks").GetInt32().ShouldBe(29);
        step.GetProperty("maxPerNode").GetInt32().ShouldBe(2);
        step.GetProperty("hosts").EnumerateArray().Select(host => (host.GetProperty("node").GetString(), host.GetProperty("tasks").GetInt32()))
            .ShouldBe(Enumerable.Range(1, 10).Select(i => ((string?)$"lce{i:000}", i switch { 1 => 4, 10 => 1, _ => 3 })));
        run.Error.ShouldContain("are no nodes of this DPU now");
        (await dpu.RunAsync("exec", "--mapfile", mapfile, "--dry-run", "--", "ndppp", "msin={}")).Exits(0).Out.ShouldContain("lce010");
    }

    [Theory]
    [InlineData("a=[ x, y b=[ z ]", ":1:12: '[' inside the list of 'a'")]
    [InlineData("", ":1:1: there is no entry")]
    [InlineData("localhost=[]", ":1:13: no host has a file")]
    public async Task A_mapfile_that_makes_no_sense_ends_with_2_and_its_place(string text, string says)
    {
        var run = (await dpu.RunAsync("exec", "--mapfile", dpu.NewFile("bad.map", text), "--", "true")).Exits(2);
        run.Error.ShouldContain(says);
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_mapfile_and_lines_are_not_given_together() =>
        (await dpu.RunAsync("exec", "--mapfile", "m", "--each", "l", "--", "true")).Exits(2).Error.ShouldContain("--mapfile");

    private static long Moment(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
}
