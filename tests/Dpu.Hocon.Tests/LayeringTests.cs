using Shouldly;

namespace Dpu.Hocon.Tests;

/// <summary>Sources in layers, and where each setting comes from.</summary>
public sealed class LayeringTests
{
    [Fact]
    public void A_later_source_wins_and_substitutions_see_the_whole()
    {
        HoconObject root = HoconConfig.Load(
        [
            HoconSource.Text("dpu { data = /var/dpu, journal = ${dpu.data}/journal, http { port = 80, host = localhost } }", "reference.conf"),
            HoconSource.Text("dpu.http.port = 8080", "embedded.conf"),
            HoconSource.Assignment("dpu.data=/tmp/x y"),
        ]);
        Documents.ShouldMean(
            root.ToString(), """{"dpu":{"data":"/tmp/x y","journal":"/tmp/x y/journal","http":{"port":8080,"host":"localhost"}}}""");
    }

    [Fact]
    public void A_later_source_may_build_on_an_earlier_one()
    {
        HoconObject root = HoconConfig.Load(
        [
            HoconSource.Text("path = [/bin], l = [1], o { a = 1 }", "1"),
            HoconSource.Text("path = ${path} [/usr/bin], l += 2, o = ${o} { b = 2 }", "2"),
            HoconSource.Text("path = ${path} [/opt], l += 3, l += 4, o.c = ${o.b}", "3"),
        ]);
        Documents.ShouldMean(root.ToString(), """{"path":["/bin","/usr/bin","/opt"],"l":[1,2,3,4],"o":{"a":1,"b":2,"c":2}}""");
    }

    [Theory]
    [InlineData("a.b=1", """{"a":{"b":1}}""")]
    [InlineData("a.b = [x, y]", """{"a":{"b":["x","y"]}}""")]
    [InlineData("a=", """{"a":""}""")]
    [InlineData("a=hello world", """{"a":"hello world"}""")]
    [InlineData("a=\"http://x\"", """{"a":"http://x"}""")]
    [InlineData("a+=1", """{"a":[0,1]}""")]
    [InlineData("\"x.y\"=1", """{"a":[0],"x.y":1}""")]
    public void An_assignment_is_one_value(string assignment, string json)
    {
        HoconObject root = HoconConfig.Load([HoconSource.Text("a = [0]", "base"), HoconSource.Assignment(assignment)]);
        Documents.ShouldMean(root.ToString(), json);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("=1")]
    [InlineData("a=1, b=2")]
    [InlineData("a=1\nb=2")]
    [InlineData("a=1}")]
    [InlineData("a=http://x")]
    [InlineData("a.=1")]
    public void Anything_more_or_less_is_refused(string assignment) =>
        Should.Throw<HoconException>(() => HoconConfig.Load([HoconSource.Assignment(assignment)])).File.ShouldBe("-D");

    [Fact]
    public void An_optional_file_may_be_missing_and_no_source_is_an_empty_object()
    {
        HoconConfig.Load([HoconSource.OptionalFile("/nonexistent/x.conf")]).Count.ShouldBe(0);
        Should.Throw<HoconException>(() => HoconConfig.Load([HoconSource.File("/nonexistent/x.conf")]));
    }

    [Fact]
    public void The_files_of_a_directory_come_in_the_order_of_their_names()
    {
        using var files = new TemporaryDirectory();
        files.Write("b.conf", "x = b, b = 1");
        files.Write("a.conf", "x = a");
        files.Write("c.txt", "x = c");
        string directory = Path.GetDirectoryName(files.PathOf("a.conf"))!;
        HoconConfig.Load(HoconSource.FilesIn(directory, "*.conf")).ToString().ShouldBe("""{"x":"b","b":1}""");
        HoconSource.FilesIn(files.PathOf("none"), "*.conf").ShouldBeEmpty();
    }

    [Fact]
    public void Origins_survive_merges_and_substitutions()
    {
        HoconObject root = HoconConfig.Load(
            [
                HoconSource.Text("a = 1\nb { c = ${a}\n  d = x ${a}\n e = 5, l = [0] }", "one"),
                HoconSource.Text("\n\nb.e = 6\nb.l += 1\nf = ${b}\ng = ${VAR}", "two"),
            ],
            new HoconOptions { Environment = _ => "v" });
        Origins(root).ShouldBe(
        [
            "a one:1:5 one:1:1",
            "b.c one:1:5 one:2:5",
            "b.d one:3:7 one:3:3",
            "b.e two:3:7 two:3:3",
            "b.l two:4:8 two:4:3",
            "f.c one:1:5 one:2:5",
            "f.d one:3:7 one:3:3",
            "f.e two:3:7 two:3:3",
            "f.l two:4:8 two:4:3",
            "g environment variable VAR two:6:1",
        ]);
        root["b"].Origin.ToString().ShouldBe("one:2:3");
        root.FieldOf("f")!.AssignedAt.ToString().ShouldBe("two:5:1");
    }

    [Fact]
    public void Origins_name_the_included_file()
    {
        using var files = new TemporaryDirectory();
        string inner = files.Write("inner.conf", "\n  x = 1");
        HoconObject root = HoconParser.ParseFile(files.Write("outer.conf", "a { include \"inner.conf\" }"));
        root.GetPath("a.x")!.Origin.ShouldBe(new HoconOrigin(inner, 2, 7));
    }

    private static string[] Origins(HoconObject root) =>
        [.. HoconEntries.Of(root).Select(entry => $"{entry.Path} {entry.Origin} {entry.AssignedAt}")];
}
