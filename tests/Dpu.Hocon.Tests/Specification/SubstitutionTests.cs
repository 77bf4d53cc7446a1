using Shouldly;

namespace Dpu.Hocon.Tests.Specification;

/// <summary>The sections "Substitutions", "Self-Referential Substitutions", "The += field separator" and "Substitution fallback to environment variables".</summary>
public sealed class SubstitutionTests
{
    private static readonly HoconOptions WithHome = new() { Environment = name => name switch { "HOME" => "/home/ada", "EMPTY" => "", _ => null } };

    [Theory]
    [InlineData("animal.favorite = cat\nkey : ${animal.favorite} is my favorite animal", "cat is my favorite animal")]
    [InlineData("animal.favorite = cat\nkey : ${animal.favorite}\" is my favorite animal\"", "cat is my favorite animal")]
    [InlineData("animal.favorite = cat\nkey : \"${animal.favorite}\"", "${animal.favorite}")]
    [InlineData("key = ${x}, x = later", "later")]
    [InlineData("x = 1, key = ${x}\nx = 2", "2")]
    [InlineData("\"a.b\" = 1, key = v${\"a.b\"}", "v1")]
    [InlineData("a.b = 1, key = v${ a.b }", "v1")]
    [InlineData("n = null, key = <${n}>", "<null>")]
    [InlineData("n = 1.50, key = ${n}s", "1.50s")]
    [InlineData("key = a ${?nothing} b", "a  b")]
    public void A_substitution_is_replaced(string hocon, string value) =>
        ((HoconScalar)HoconParser.ParseString(hocon, "test")["key"]).Text.ShouldBe(value);

    [Theory]
    [InlineData("a = 1, b = ${a}", """{"a":1,"b":1}""")]
    [InlineData("a = true, b = ${a}", """{"a":true,"b":true}""")]
    [InlineData("a = null, b = ${a}", """{"a":null,"b":null}""")]
    [InlineData("a = [1], b = ${a}", """{"a":[1],"b":[1]}""")]
    [InlineData("a = {x=1}, b = ${a}", """{"a":{"x":1},"b":{"x":1}}""")]
    public void Alone_it_keeps_the_type(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("foo : ${?bar}", "{}")]
    [InlineData("foo : 1, foo : ${?bar}", """{"foo":1}""")]
    [InlineData("foo : [1, ${?bar}, 2]", """{"foo":[1,2]}""")]
    [InlineData("foo : x${?bar}y", """{"foo":"xy"}""")]
    [InlineData("foo : ${?bar} [1]", """{"foo":[1]}""")]
    [InlineData("foo : ${?bar} { a : 1 }", """{"foo":{"a":1}}""")]
    [InlineData("foo : ${?bar}${?baz}", "{}")]
    [InlineData("foo : ${?bar} ${?baz}", "{}")]
    [InlineData("baz = 1, foo : ${?bar}${?baz}", """{"baz":1,"foo":"1"}""")]
    public void An_optional_one_that_finds_nothing_vanishes(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("a = ${b}")]
    [InlineData("a = ${ ?b}")]
    [InlineData("a = ${b${c}}")]
    [InlineData("${a} = 1")]
    [InlineData("a.${b} = 1")]
    [InlineData("a = ${b")]
    [InlineData("a = ${}")]
    [InlineData("a = [1], b = ${a.0}")]
    public void What_cannot_be_found_or_read_is_refused(string hocon) => Documents.ShouldBeRefused(hocon);

    [Theory]
    [InlineData("home = ${HOME}", """{"home":"/home/ada"}""")]
    [InlineData("empty = ${EMPTY}", """{"empty":""}""")]
    [InlineData("HOME = x, home = ${HOME}", """{"HOME":"x","home":"x"}""")]
    [InlineData("HOME = null, home = ${HOME}", """{"HOME":null,"home":null}""")]
    [InlineData("home = fallback, home = ${?HOME}", """{"home":"/home/ada"}""")]
    [InlineData("HOME = ${HOME}/sub", """{"HOME":"/home/ada/sub"}""")]
    [InlineData("none = ${?NONE}", "{}")]
    public void The_environment_stands_behind_the_configuration(string hocon, string json) => Documents.ShouldMean(hocon, json, WithHome);

    [Theory]
    [InlineData("path : \"a:b:c\"\npath : ${path}\":d\"", """{"path":"a:b:c:d"}""")]
    [InlineData("foo : { a : 1 }\nfoo : ${foo}", """{"foo":{"a":1}}""")]
    [InlineData("foo : ${?foo}", "{}")]
    [InlineData("foo : ${does-not-exist}\nfoo : 42", """{"foo":42}""")]
    [InlineData("foo : ${foo}, foo : 42", """{"foo":42}""")]
    [InlineData("foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }", """{"foo":{"a":2,"c":1}}""")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }", """{"bar":{"foo":42,"baz":42}}""")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }\nbar : { foo : 43 }", """{"bar":{"foo":43,"baz":43}}""")]
    [InlineData("bar : { a : ${foo.d}, b : 1 }\nbar.b = 3\nfoo : { c : ${bar.b}, d : 2 }\nfoo.d = 4",
        """{"bar":{"a":4,"b":3},"foo":{"c":3,"d":4}}""")]
    [InlineData("a = ${?a}foo", """{"a":"foo"}""")]
    public void A_value_may_build_on_the_one_before(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("foo : ${foo}")]
    [InlineData("foo : ${foo}\nfoo : { a : 1 }")]
    [InlineData("a : ${a}bc")]
    [InlineData("a : { b : ${a} }")]
    [InlineData("a : [${a}]")]
    [InlineData("bar : ${foo}\nfoo : ${bar}")]
    [InlineData("a : ${b}\nb : ${c}\nc : ${a}")]
    [InlineData("a : { x : ${b} }\nb : { y : ${a} }")]
    public void Circles_are_refused(string hocon) => Documents.ShouldBeRefused(hocon);

    [Fact]
    public void In_a_circle_with_values_before_it_both_sides_agree()
    {
        HoconObject root = HoconParser.ParseString("a : 1\nb : 2\na : ${b}\nb : ${a}", "test");
        string a = root["a"].ToString();
        a.ShouldBeOneOf("1", "2");
        root["b"].ToString().ShouldBe(a);
    }

    [Theory]
    [InlineData("a += b", """{"a":["b"]}""")]
    [InlineData("a = [1]\na += 2\na += 3", """{"a":[1,2,3]}""")]
    [InlineData("a += 1\na += [2]", """{"a":[1,[2]]}""")]
    [InlineData("a = ${b}, b = [1]\na += ${c}, c = 2", """{"a":[1,2],"b":[1],"c":2}""")]
    [InlineData("x.a = [1], x.a += 2", """{"x":{"a":[1,2]}}""")]
    [InlineData("a += 1, a = 5", """{"a":5}""")]
    public void Plus_equals_appends(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("a = 1, a += 2")]
    [InlineData("a = {}, a += 2")]
    [InlineData("a = ${b}, b = x, a += 2")]
    public void Plus_equals_needs_an_array_before(string hocon) => Documents.ShouldBeRefused(hocon);

    [Theory]
    [InlineData("x = { a = [1], n = 1 }\ny = ${x} { a += 2, n = ${y.n}2 }", """{"x":{"a":[1],"n":1},"y":{"a":[1,2],"n":"12"}}""")]
    [InlineData("x = { a = [1] }, x = ${x} { a += 2 }, x = ${x} { a += 3 }", """{"x":{"a":[1,2,3]}}""")]
    [InlineData("a = { b = [0] }\na = ${?zz} { b += 1 }", """{"a":{"b":[0,1]}}""")]
    [InlineData("d = { n = d, r = ${e.n} }, e = ${d} { n = e }", """{"d":{"n":"d","r":"e"},"e":{"n":"e","r":"e"}}""")]
    [InlineData("a = ${b}\na { x = 1 }\na = ${c}\na { y = 2 }\nb { p = 1, x = 0 }, c { q = 1, p = 2 }",
        """{"a":{"p":2,"x":1,"q":1,"y":2},"b":{"p":1,"x":0},"c":{"q":1,"p":2}}""")]
    public void Inherited_objects_take_part_in_looking_back(string hocon, string json) => Documents.ShouldMean(hocon, json);

    [Theory]
    [InlineData("""a = { "0" : "a", "1" : "b" } ["c"]""", """{"a":["a","b","c"]}""")]
    [InlineData("""o = { "2" : "c", "0" : "a", x : 1 }, a = ${o} []""", """{"o":{"2":"c","0":"a","x":1},"a":["a","c"]}""")]
    [InlineData("""a.0 = x, a += y""", """{"a":["x","y"]}""")]
    [InlineData("""a = { "0" : "a" }""", """{"a":{"0":"a"}}""")]
    public void An_object_with_numbers_as_keys_becomes_an_array_where_one_is_needed(string hocon, string json) => Documents.ShouldMean(hocon, json);
}
