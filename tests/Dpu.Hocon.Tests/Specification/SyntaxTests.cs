using Shouldly;

namespace Dpu.Hocon.Tests.Specification;

/// <summary>The sections "Unchanged from JSON" to "Whitespace".</summary>
public sealed class SyntaxTests
{
    [Theory]
    [InlineData("# note\na : 1 // tail\n// b : 2\nc = 3 # tail", """{"a":1,"c":3}""")]
    [InlineData("a : \"x # y // z\"", """{"a":"x # y // z"}""")]
    [InlineData("a : x#y\nb : x//y\nc : x/y", """{"a":"x","b":"x","c":"x/y"}""")]
    public void A_comment_ends_at_the_line_and_does_not_begin_in_quotes(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("a : 1", """{"a":1}""")]
    [InlineData("{ a : 1 }", """{"a":1}""")]
    [InlineData("\n# note\n{ a : 1 }\n# note\n", """{"a":1}""")]
    [InlineData("[1, 2]", "[1,2]")]
    [InlineData("", "{}")]
    [InlineData("\n # only a note\n", "{}")]
    public void Root_braces_may_be_left_out(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("a : 1 }")]
    [InlineData("{ a : 1")]
    [InlineData("{ a : 1 }}")]
    [InlineData("{ a : 1 } b : 2")]
    [InlineData("[1, 2")]
    [InlineData("[1, 2}")]
    [InlineData("\"only a text\"")]
    [InlineData("42")]
    public void Braces_must_balance(string hocon) => Documents.ShouldBeRefused(hocon);

    [Theory]
    [InlineData("\"foo\" {}", """{"foo":{}}""")]
    [InlineData("foo { a = 1 }", """{"foo":{"a":1}}""")]
    [InlineData("a=1\nb:2", """{"a":1,"b":2}""")]
    [InlineData("a\n:\n1", """{"a":1}""")]
    public void Equals_stands_for_colon_and_an_object_needs_neither(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("[1,2,3,]", "[1,2,3]")]
    [InlineData("[1\n2\n3]", "[1,2,3]")]
    [InlineData("[1,\n2,\n3\n]", "[1,2,3]")]
    [InlineData("[1\n,2\n,3]", "[1,2,3]")]
    [InlineData("{a:1,b:2,}", """{"a":1,"b":2}""")]
    [InlineData("{a:1\nb:2}", """{"a":1,"b":2}""")]
    public void A_newline_separates_and_one_trailing_comma_is_ignored(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("[1,2,3,,]")]
    [InlineData("[,1,2,3]")]
    [InlineData("[1,,2,3]")]
    [InlineData("[,]")]
    [InlineData("{a:1,,b:2}")]
    [InlineData("{,a:1}")]
    [InlineData("{a:1,,}")]
    [InlineData("a : 1 b : 2")]
    public void Commas_never_stand_alone(string hocon) => Documents.ShouldBeRefused(hocon);

    [Theory]
    [InlineData('\u00a0')]
    [InlineData('\u2007')]
    [InlineData('\u202f')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    [InlineData('\u3000')]
    [InlineData('\ufeff')]
    [InlineData('\t')]
    [InlineData('\v')]
    [InlineData('\f')]
    [InlineData('\r')]
    [InlineData('\u001c')]
    [InlineData('\u001d')]
    [InlineData('\u001e')]
    [InlineData('\u001f')]
    public void All_of_the_specifications_whitespace_is_skipped(char space) =>
        Documents.ShouldMean($"{space}a{space}:{space}1{space}\n{space}b{space}={space}[{space}2{space}]", """{"a":1,"b":[2]}""");

    [Fact]
    public void Only_the_ascii_newline_separates() => Documents.ShouldMean("a : 1\u2028b", "{\"a\":\"1\\u2028b\"}");

    [Theory]
    [InlineData("""{"a":"\"\\\/\b\f\n\r\t\u00e9"}""")]
    [InlineData("""{"a":[true,false,null,0,-1,1.5,1e5,1E+5,-0.5e-3],"":{"b":[]}}""")]
    [InlineData("""[[],{},"",[[[{"a":[{}]}]]]]""")]
    public void Json_means_itself(string json) => Documents.ShouldMean(json, json);

    [Fact]
    public void A_number_keeps_its_digits() =>
        HoconParser.ParseString("a = 1E5, b = 1.50", "test").ToString().ShouldBe("""{"a":1E5,"b":1.50}""");
}
