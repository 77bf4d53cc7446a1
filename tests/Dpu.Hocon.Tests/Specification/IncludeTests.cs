using Shouldly;

namespace Dpu.Hocon.Tests.Specification;

/// <summary>The section "Includes".</summary>
public sealed class IncludeTests : IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("include \"foo.conf\"")]
    [InlineData("include\n\n  \"foo.conf\"")]
    [InlineData("include file(\"foo.conf\")")]
    [InlineData("include file( \"foo.conf\" )")]
    [InlineData("include required(\"foo.conf\")")]
    [InlineData("include required(file(\"foo.conf\"))")]
    [InlineData("include required( file( \"foo.conf\" ) )")]
    [InlineData("include \"foo\"")]
    public void Every_form_includes_the_file_beside(string statement)
    {
        _files.Write("foo.conf", "x = 1");
        ShouldMean(statement + "\ny = 2", """{"x":1,"y":2}""");
        ShouldMean($"{{ y = 2, {statement} }}", """{"x":1,"y":2}""");
    }

    [Theory]
    [InlineData("{ foo include : 42 }", """{"foo include":42}""")]
    [InlineData("{ foo : include }", """{"foo":"include"}""")]
    [InlineData("[ include ]", """["include"]""")]
    [InlineData("{ \"include\" : 42 }", """{"include":42}""")]
    [InlineData("includes = 1", """{"includes":1}""")]
    [InlineData("include.x = 1", """{"include":{"x":1}}""")]
    public void Include_is_a_word_like_others_where_no_key_begins(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("include : 42")]
    [InlineData("include = x")]
    [InlineData("include foo.conf")]
    [InlineData("include ${x}")]
    [InlineData("include \"a.conf\" \"b.conf\"")]
    [InlineData("include file(\"a.conf\"")]
    [InlineData("include file(a.conf)")]
    [InlineData("include required(file(\"a.conf\")")]
    [InlineData("include \"a.conf\" x = 1")]
    [InlineData("include \"\"")]
    [InlineData("include")]
    public void A_malformed_include_is_refused(string hocon) =>
        Should.Throw<HoconException>(() => Load(hocon)).Line.ShouldBe(1);

    [Theory]
    [InlineData("include url(\"http://example.org/a.conf\")", "url(...)")]
    [InlineData("include classpath(\"a.conf\")", "classpath(...)")]
    [InlineData("include required(classpath(\"a.conf\"))", "classpath(...)")]
    [InlineData("include \"https://example.org/a.conf\"", "address")]
    [InlineData("include \"file:a.conf\"", "address")]
    [InlineData("include \"a.properties\"", "properties")]
    public void What_is_no_file_of_ours_is_refused_by_name(string hocon, string reason) =>
        Should.Throw<HoconException>(() => Load(hocon)).Message.ShouldContain(reason);

    [Theory]
    [InlineData("x = 0, q { r = 0 }\ninclude \"foo.conf\"", """{"x":1,"q":{"r":0,"s":1}}""")]
    [InlineData("include \"foo.conf\"\nx = 0, q { s = 0 }", """{"x":0,"q":{"s":0}}""")]
    public void Included_keys_merge_where_the_statement_stands(string hocon, string json)
    {
        _files.Write("foo.conf", "x = 1, q { s = 1 }");
        ShouldMean(hocon, json);
    }

    [Fact]
    public void An_included_file_is_an_object()
    {
        _files.Write("foo.conf", "\n[1]");
        HoconException e = Should.Throw<HoconException>(() => Load("include \"foo.conf\""));
        (Path.GetFileName(e.File), e.Line, e.Column).ShouldBe(("foo.conf", 2, 1));
    }

    [Theory]
    [InlineData("{ a : { include \"foo.conf\" } }", """{"a":{"x":10,"y":10}}""")]
    [InlineData("{ a : { include \"foo.conf\" }, a : { x : 42 } }", """{"a":{"x":42,"y":42}}""")]
    [InlineData("{ x : 7, a : { include \"foo.conf\" }, a : { x : 42 } }", """{"x":7,"a":{"x":42,"y":42}}""")]
    public void Substitutions_of_an_included_file_are_relative_to_it_first(string hocon, string json)
    {
        _files.Write("foo.conf", "{ x : 10, y : ${x} }");
        ShouldMean(hocon, json);
    }

    [Fact]
    public void Then_they_are_relative_to_the_including_files()
    {
        _files.Write("outer.conf", "m = outer, in { include \"inner.conf\" }");
        _files.Write("inner.conf", "p = ${m}, q = ${n}, r = ${?o}");
        ShouldMean("n = root, a { include \"outer.conf\" }", """{"n":"root","a":{"m":"outer","in":{"p":"outer","q":"root"}}}""");
    }

    [Fact]
    public void Plus_equals_in_an_included_file_means_the_including_place()
    {
        _files.Write("foo.conf", "l += 2");
        ShouldMean("l = [0], a { l = [1], include \"foo.conf\" }, b { include \"foo.conf\" }", """{"l":[0],"a":{"l":[1,2]},"b":{"l":[2]}}""");
    }

    [Fact]
    public void A_missing_file_is_ignored_unless_it_is_required()
    {
        ShouldMean("include \"none.conf\", include file(\"none\"), x = 1", """{"x":1}""");
        HoconException e = Should.Throw<HoconException>(() => Load("x = 1\n  include required(file(\"none.conf\"))"));
        (e.Line, e.Column).ShouldBe((2, 3));
        e.Message.ShouldContain("none.conf does not exist");
    }

    [Fact]
    public void A_name_without_extension_means_json_and_then_hocon()
    {
        _files.Write("foo.json", """{"x":1,"y":1}""");
        _files.Write("foo.conf", "x = 2");
        ShouldMean("include \"foo\"", """{"x":2,"y":1}""");
    }

    [Fact]
    public void Names_are_relative_to_the_including_file_or_absolute()
    {
        _files.Write("sub/a.conf", "include \"b.conf\"");
        string absolute = _files.Write("sub/b.conf", "x = 1");
        ShouldMean("include \"sub/a.conf\"", """{"x":1}""");
        ShouldMean($"include \"{absolute}\"", """{"x":1}""");
        HoconParser.ParseString("include \"b.conf\"", "text", new HoconOptions { IncludeDirectory = _files.PathOf("sub") }).ToString().ShouldBe("""{"x":1}""");
        Documents.ShouldBeRefused("include \"b.conf\"").Message.ShouldContain("absolute path");
    }

    [Fact]
    public void Files_that_include_each_other_are_refused()
    {
        _files.Write("a.conf", "x = 1\ninclude \"b.conf\"");
        _files.Write("b.conf", "include \"./a.conf\"");
        HoconException e = Should.Throw<HoconException>(() => HoconParser.ParseFile(_files.PathOf("a.conf")));
        (Path.GetFileName(e.File), e.Line).ShouldBe(("b.conf", 1));
        e.Message.ShouldContain("a.conf → b.conf → a.conf");
    }

    [Fact]
    public void Two_branches_may_include_the_same_file()
    {
        _files.Write("common.conf", "x = 1");
        ShouldMean("a { include \"common.conf\" }, b { include \"common.conf\" }", """{"a":{"x":1},"b":{"x":1}}""");
    }

    [Fact]
    public void Inside_a_list_an_included_file_has_no_path_for_substitutions()
    {
        _files.Write("plain.conf", "x = 1");
        _files.Write("refers.conf", "x = 1, y = ${x}");
        ShouldMean("l = [{ include \"plain.conf\" }]", """{"l":[{"x":1}]}""");
        Should.Throw<HoconException>(() => Load("l = [{ include \"refers.conf\" }]")).Message.ShouldContain("inside a list");
    }

    private HoconObject Load(string text) => HoconParser.ParseFile(_files.Write("main.conf", text));

    private void ShouldMean(string text, string json) => Documents.ShouldMean(Load(text).ToString(), json);
}
