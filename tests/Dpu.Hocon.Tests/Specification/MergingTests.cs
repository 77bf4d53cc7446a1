using Shouldly;

namespace Dpu.Hocon.Tests.Specification;

/// <summary>The sections "Duplicate keys and object merging" and "Config object merging and file merging".</summary>
public sealed class MergingTests
{
    [Theory]
    [InlineData("""{ "foo" : { "a" : 42 }, "foo" : { "b" : 43 } }""", """{ "foo" : { "a" : 42, "b" : 43 } }""")]
    [InlineData("""{ "foo" : { "a" : 42 }, "foo" : null, "foo" : { "b" : 43 } }""", """{ "foo" : { "b" : 43 } }""")]
    [InlineData("a = 1, a = 2", """{"a":2}""")]
    [InlineData("a = 1, a = null", """{"a":null}""")]
    [InlineData("a = [1], a = [2]", """{"a":[2]}""")]
    [InlineData("a { b { c = 1 } }, a { b { d = 2 }, e = 3 }", """{"a":{"b":{"c":1,"d":2},"e":3}}""")]
    [InlineData("a { x = 1 }, a = 42, a { y = 2 }", """{"a":{"y":2}}""")]
    public void A_later_key_wins_and_objects_merge(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("{ a : { x : 1 } }", "{ a : 42 }", "{ a : { y : 2 } }", """{"a":{"x":1}}""")]
    [InlineData("{ a : { x : 1 } }", "{ a : { y : 2 } }", "{ a : 42 }", """{"a":{"x":1,"y":2}}""")]
    public void Files_merge_like_duplicate_keys(string first, string second, string third, string json)
    {
        // The specification lists the highest priority first; sources are given lowest first.
        HoconObject merged = HoconConfig.Load([HoconSource.Text(third, "3"), HoconSource.Text(second, "2"), HoconSource.Text(first, "1")]);
        Documents.ShouldMean(merged.ToString(), json);
    }

    [Fact]
    public void Keys_keep_the_order_of_their_first_appearance() =>
        HoconParser.ParseString("b = 1, a = 2, c { y = 1 }, b = 3, c { x = 2, y = 4 }", "test").ToString()
            .ShouldBe("""{"b":3,"a":2,"c":{"y":4,"x":2}}""");
}
