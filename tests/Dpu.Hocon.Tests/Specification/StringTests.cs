namespace Dpu.Hocon.Tests.Specification;

/// <summary>The sections "Unquoted strings", "Multi-line strings" and "Value concatenation".</summary>
public sealed class StringTests
{
    private const string Quotes = "\"\"\"";

    [Theory]
    [InlineData("a : truefoo", """{"a":"truefoo"}""")]
    [InlineData("a : footrue", """{"a":"footrue"}""")]
    [InlineData("a : 10.0bar", """{"a":"10.0bar"}""")]
    [InlineData("a : bar10.0", """{"a":"bar10.0"}""")]
    [InlineData("a : 1e+5", """{"a":1e+5}""")]
    [InlineData("a : 2000-04-28", """{"a":"2000-04-28"}""")]
    [InlineData("a : -", """{"a":"-"}""")]
    [InlineData("a : 007", """{"a":"007"}""")]
    [InlineData("a : .5", """{"a":".5"}""")]
    [InlineData("a : /usr/bin/dpu-keeper", """{"a":"/usr/bin/dpu-keeper"}""")]
    [InlineData("a : x(y);z'<>|~%_-", """{"a":"x(y);z'<>|~%_-"}""")]
    public void Unquoted_text_is_literal(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("$")]
    [InlineData("}")]
    [InlineData("]")]
    [InlineData(":")]
    [InlineData("=")]
    [InlineData("+")]
    [InlineData("`")]
    [InlineData("^")]
    [InlineData("?")]
    [InlineData("!")]
    [InlineData("@")]
    [InlineData("*")]
    [InlineData("&")]
    [InlineData("\\")]
    public void Forbidden_characters_need_quotes(string character)
    {
        Documents.ShouldBeRefused($"a : x{character}y");
        Documents.ShouldMean($"a : \"x{character.Replace("\\", "\\\\", StringComparison.Ordinal)}y\"", $"{{\"a\":\"x{character.Replace("\\", "\\\\", StringComparison.Ordinal)}y\"}}");
    }

    [Theory]
    [InlineData("\"a\tb\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"a")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\\")]
    public void Quoted_text_follows_json(string text) => Documents.ShouldBeRefused("a : " + text);

    [Theory]
    [InlineData("foo", "foo")]
    [InlineData("foo\"", "foo\\\"")]
    [InlineData("\"foo\"\"\"", "\\\"foo\\\"\\\"\\\"")]
    [InlineData(" two\n  lines ", " two\\n  lines ")]
    [InlineData("\\n \\u0041 ${x} // no comment", "\\\\n \\\\u0041 ${x} // no comment")]
    [InlineData("", "")]
    public void Three_quotes_take_text_as_it_stands(string text, string json) =>
        Documents.ShouldMean($"a : {Quotes}{text}{Quotes}\nb : 1", $$"""{"a":"{{json}}","b":1}""");

    [Fact]
    public void Three_quotes_must_be_closed() => Documents.ShouldBeRefused($"a : {Quotes}foo\"\"");

    [Theory]
    [InlineData("a :  foo bar baz ", """{"a":"foo bar baz"}""")]
    [InlineData("a : foo \t bar", "{\"a\":\"foo \\t bar\"}")]
    [InlineData("a : foo \"bar\"baz", """{"a":"foo barbaz"}""")]
    [InlineData("a : true", """{"a":true}""")]
    [InlineData("a : true foo", """{"a":"true foo"}""")]
    [InlineData("a : null x", """{"a":"null x"}""")]
    [InlineData("a : 1e5 1.50", """{"a":"1e5 1.50"}""")]
    [InlineData("a : \"\" \"\"", """{"a":" "}""")]
    public void Simple_values_join_with_the_whitespace_between_them(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("a : { b : 1, c : 2 }")]
    [InlineData("a : { b : 1 } { c : 2 }")]
    [InlineData("a : { b : 1 }\na : { c : 2 }")]
    public void Objects_join_by_merging(string hocon) => Documents.ShouldMean(hocon, """{"a":{"b":1,"c":2}}""");

    [Theory]
    [InlineData("a : [ 1, 2, 3, 4 ]")]
    [InlineData("a : [ 1, 2 ] [ 3, 4 ]")]
    [InlineData("a : [ 1, 2 ]\na : ${a} [ 3, 4 ]")]
    public void Arrays_join_end_to_end(string hocon) => Documents.ShouldMean(hocon, """{"a":[1,2,3,4]}""");

    [Theory]
    [InlineData("data-center-generic = { cluster-size = 6 }\ndata-center-east = ${data-center-generic} { name = \"east\" }",
        """{"data-center-generic":{"cluster-size":6},"data-center-east":{"cluster-size":6,"name":"east"}}""")]
    [InlineData("path = [ /bin ]\npath = ${path} [ /usr/bin ]", """{"path":["/bin","/usr/bin"]}""")]
    public void Inheritance_and_paths_use_concatenation(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("[ 1 2 3 4 ]", """["1 2 3 4"]""")]
    [InlineData("[ 1\n 2\n 3\n 4 ]", "[1,2,3,4]")]
    [InlineData("[ [ 1, 2 ] [ 3, 4 ] ]", "[[1,2,3,4]]")]
    [InlineData("[ [ 1, 2 ]\n [ 3, 4 ] ]", "[[1,2],[3,4]]")]
    public void Blanks_join_and_newlines_separate_elements(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("name = Ada, world = earth\nl = [ my name is ${name}, Hello ${world} ]", """["my name is Ada","Hello earth"]""")]
    [InlineData("a = 1, b = 2, x = 3, y = 4\nl = [ ${a} ${b}, ${x} ${y} ]", """["1 2","3 4"]""")]
    public void Substitutions_join_inside_arrays(string hocon, string json) =>
        Documents.ShouldMean(HoconParser.ParseString(hocon, "test")["l"].ToString(), json);

    [Theory]
    [InlineData("a : {} x")]
    [InlineData("a : x {}")]
    [InlineData("a : [] x")]
    [InlineData("a : [] {}")]
    [InlineData("o : {}, a : ${o} x")]
    [InlineData("o : {}, a : ${o} []")]
    [InlineData("o : [], a : ${o} {}")]
    [InlineData("o : [], a : x${o}")]
    public void Kinds_do_not_mix(string hocon) => Documents.ShouldBeRefused(hocon);
}
