using System.Text.RegularExpressions;
using Dpu.Domain.Planning;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Planning;

public sealed class WildcardTests
{
    [Theory]
    [InlineData("CDF4_B_?", "CDF4_B_1", true)]
    [InlineData("CDF4_B_?", "CDF4_B_12", false)]
    [InlineData("CDF4_B_?", "CDF4_B_", false)]
    [InlineData("*", "", true)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*b*c", "a__b__b__c", true)]
    [InlineData("a*b*c", "a__b__b__", false)]
    [InlineData("wfi", "WFI", false)]
    [InlineData("8,6", "8,6", true)]
    [InlineData("[ab]", "a", false)]
    public void Question_marks_and_stars_match(string pattern, string text, bool expected) => Wildcard.Matches(pattern, text).ShouldBe(expected);

    [Fact]
    public void It_agrees_with_regular_expressions()
    {
        var pattern = Text("a", "b", "?", "*", ".");
        Prop.ForAll(pattern.ToArbitrary(), Text("a", "b", ".").ToArbitrary(), (p, t) =>
        {
            var regex = "^" + Regex.Escape(p).Replace("\\?", ".").Replace("\\*", ".*") + "$";
            return Wildcard.Matches(p, t) == Regex.IsMatch(t, regex);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void A_wicked_pattern_ends_soon() =>
        Wildcard.Matches(string.Concat(Enumerable.Repeat("a*", 200)) + "b", new string('a', 5000)).ShouldBeFalse();

    private static Gen<string> Text(params string[] letters) => Gen.Elements(letters).ListOf().Select(parts => string.Concat(parts));
}
