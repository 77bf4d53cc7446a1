using Shouldly;

namespace Dpu.Hocon.Tests.Specification;

/// <summary>The sections "Path expressions" and "Paths as keys".</summary>
public sealed class PathTests
{
    [Theory]
    [InlineData("foo.bar.\"hello.world\"", new[] { "foo", "bar", "hello.world" })]
    [InlineData("10.0foo", new[] { "10", "0foo" })]
    [InlineData("foo10.0", new[] { "foo10", "0" })]
    [InlineData("foo\"10.0\"", new[] { "foo10.0" })]
    [InlineData("1.2.3", new[] { "1", "2", "3" })]
    [InlineData("true", new[] { "true" })]
    [InlineData("a.\"\".b", new[] { "a", "", "b" })]
    [InlineData(" a b c ", new[] { "a b c" })]
    public void A_path_is_split_at_dots_outside_quotes(string path, string[] elements)
    {
        HoconPath.Parse(path).Elements.ShouldBe(elements);
        HoconPath.Parse(HoconPath.Parse(path).ToString()).ShouldBe(HoconPath.Of(elements));
    }

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("")]
    [InlineData("a.${b}")]
    [InlineData("a:b")]
    public void Empty_elements_and_substitutions_are_refused(string path)
    {
        Should.Throw<HoconException>(() => HoconPath.Parse(path));
        Documents.ShouldBeRefused($"{path} : 1");
        Documents.ShouldBeRefused($"x : ${{{path}}}");
    }

    [Theory]
    [InlineData("foo.bar : 42", "foo { bar : 42 }")]
    [InlineData("foo.bar.baz : 42", "foo { bar { baz : 42 } }")]
    [InlineData("a.x : 42, a.y : 43", "a { x : 42, y : 43 }")]
    [InlineData("a b c : 42", "\"a b c\" : 42")]
    [InlineData("true : 42", "\"true\" : 42")]
    [InlineData("3 : 42", "\"3\" : 42")]
    [InlineData("3.14 : 42", "\"3\" : { \"14\" : 42 }")]
    [InlineData("a.b { c = 1 }, a.b.d = 2", "a { b { c = 1, d = 2 } }")]
    public void A_path_as_key_makes_objects(string hocon, string same) => Documents.ShouldMeanTheSame(hocon, same);
}
