using Dpu.Domain.Jobs;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Templates;

public sealed class FileNameTests
{
    [Theory]
    [InlineData("8,6", "8,6-x.fits")]
    [InlineData("#842 'a' \"b\" é 星", "#842 'a' \"b\" é 星-x.fits")]
    [InlineData("a/../b", "a%2F..%2Fb-x.fits")]
    [InlineData("-rf", "%2Drf-x.fits")]
    [InlineData(".hidden", "%2Ehidden-x.fits")]
    [InlineData("a\nb\0c", "a%0Ab%00c-x.fits")]
    [InlineData("100%", "100%25-x.fits")]
    [InlineData("CDF4_B_?*", "CDF4_B_%3F%2A-x.fits")]
    [InlineData("a-b.c", "a-b.c-x.fits")]
    public void A_value_is_a_part_of_one_name(string value, string name) => NameOf("{patch}-x.fits", value).ShouldBe(name);

    [Fact]
    public void No_value_leads_out_of_the_folder_and_two_values_never_share_a_name() => Prop.ForAll(WickedText.Arbitrary, WickedText.Arbitrary, (longer, other) =>
    {
        var (a, b) = (Short(longer), Short(other));
        var (first, second) = (NameOf("d/{patch}x", a), NameOf("d/{patch}x", b));

        first.Split('/').Length.ShouldBe(2);
        Path.GetFullPath(Path.Combine("/work", first)).ShouldBe("/work/" + first);
        first.ShouldNotStartWith("d/-");
        (first == second).ShouldBe(a == b);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [InlineData("{patch}", "", "a name is empty")]
    [InlineData("a/{patch}/b", "", "a name is empty")]
    [InlineData("{patch}-b", "", "begins with a dash")]
    [InlineData(".{patch}", ".", "'..' is no name of its own")]
    public void A_name_that_does_not_come_out_is_told(string template, string value, string problem) =>
        Task(template, value).Reason().ShouldContain(problem);

    [Fact]
    public void A_name_is_no_longer_than_a_disk_takes_it()
    {
        NameOf("{patch}", new string('é', 127)).ShouldBe(new string('é', 127));
        Task("{patch}", new string('é', 128)).Reason().ShouldContain("longer than 255 bytes");
    }

    [Fact]
    public void Folders_of_outputs_are_named_the_same_way() =>
        Task("x", "a/b", "folder = \"deepCoadd/{patch}\"").Ready().Outputs.ShouldBe([new OutputRule("o", "t", "x", false) { Folder = "deepCoadd/a%2Fb" }]);

    /// <summary>So much of a text that a name has room for it, however it is written there.</summary>
    private static string Short(string text) => string.Concat(text.EnumerateRunes().Take(50));

    private static string NameOf(string template, string value) => Task(template, value).Ready().Outputs.ShouldHaveSingleItem().Pattern;

    private static OneTask Task(string template, string value, string more = "") => new($$"""
        inputs { raw { type = raw } }
        divide-by = [patch]
        outputs { o { type = t, pattern = "{{template}}", {{more}} } }
        """)
    {
        Keys = OneTask.Sorted(("patch", value)),
    };
}
