using Dpu.Domain.Shipping;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Shipping;

/// <summary>The rules by themselves; what they make of archives as they come stands with those who read archives.</summary>
public sealed class ArchiveRulesTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);
    private static readonly ArchiveLimits Limits = new(1000, 64 << 20);

    [Theory]
    [InlineData("a.py")]
    [InlineData("lib/a b,c \"d\" 'e'.cfg")]
    [InlineData("größe/星/😀.py")]
    [InlineData("ab:c")]
    [InlineData("..a/b..")]
    [InlineData("-rf")]
    [InlineData("$HOME/`x`")]
    [InlineData("CON")]
    public void A_name_that_means_one_place_is_taken(string name) => ArchiveNames.FlawOf(name).ShouldBeNull();

    /// <summary>Whatever a name is made of: if it is taken, it stands below the folder it is put into.</summary>
    [Fact]
    public void What_is_taken_stays_inside() => Prop.ForAll(
        Gen.Elements("..", ".", "/", "//", "a", "b", "C:", "\\", "\0", "\n", "~", "é", "e\u0301", " ", "\u202e", "星").ListOf().Select(parts => string.Concat(parts)).ToArbitrary(),
        name => ArchiveNames.FlawOf(name) is not null || Path.GetFullPath(Path.Combine("/tree", name)).StartsWith("/tree/", StringComparison.Ordinal)).Check(Many);

    /// <summary>Two that are taken together are two names for every file system: composed or not, upper or lower case.</summary>
    [Fact]
    public void No_two_that_are_taken_are_one_elsewhere() => Prop.ForAll(
        (from one in NameOf() from other in NameOf() select (One: one, Other: other)).ToArbitrary(),
        pair => ArchiveRules.FlawOf([File(pair.One), File(pair.Other)], Limits) is not null
            || !string.Equals(pair.One, pair.Other, StringComparison.OrdinalIgnoreCase)).Check(Many);

    [Fact]
    public void A_folder_may_be_named_before_and_after_what_is_in_it()
    {
        ArchiveRules.FlawOf([File("a/"), File("a/b"), File("a/c/d")], Limits).ShouldBeNull();
        ArchiveRules.FlawOf([File("a/b"), File("a/")], Limits).ShouldBeNull();
    }

    [Fact]
    public void What_repeats_itself_is_no_bomb_while_it_is_small()
    {
        ArchiveRules.FlawOf([new ArchiveEntry("a", 1 << 20, 1, 0)], Limits).ShouldBeNull();
        ArchiveRules.FlawOf([new ArchiveEntry("a", (1 << 20) + 300, 1, 0)], Limits).ShouldNotBeNull();
        ArchiveRules.FlawOf([new ArchiveEntry("a", 30 << 20, 1 << 19, 0)], Limits).ShouldBeNull();
    }

    [Fact]
    public void Sizes_that_are_lies_do_not_add_up_to_little() =>
        ArchiveRules.FlawOf([new ArchiveEntry("a", long.MaxValue, long.MaxValue, 0), new ArchiveEntry("b", long.MaxValue, long.MaxValue, 0)], Limits).ShouldNotBeNull();

    [Theory]
    [InlineData("a\nb", "a\\u000ab")]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[2J", "\\u001b[2J")]
    public void What_a_sentence_shows_cannot_move_the_cursor(string name, string shown) => ArchiveNames.Shown(name).ShouldBe(shown);

    private static Gen<string> NameOf() => Gen.Elements("a", "A", "é", "É", "e\u0301", "/", "x", "\u212b", "Å", "A\u030a", "ß", "K", "\u212a", "k").NonEmptyListOf().Select(parts => string.Concat(parts));

    private static ArchiveEntry File(string name) => new(name, name.EndsWith('/') ? 0 : 1, 1, 0);
}
