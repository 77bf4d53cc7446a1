using Dpu.Calibration.Calibration;
using Dpu.Calibration.Contract;
using Dpu.Fits;
using Shouldly;
using Xunit;

namespace Dpu.Calibration.Tests.Calibration;

public sealed class SectionTests
{
    private static FitsHeader Header(string value)
    {
        var header = new FitsHeader();
        header.Set("BIASSEC", value);
        return header;
    }

    [Theory]
    [InlineData("[17:496,1:1024]", "[17:496,1:1024]")]
    [InlineData("[   1: 513,   1:2001]", "[1:512,1:1024]")]
    [InlineData("[496:17,1024:1]", "[17:496,1:1024]")]
    public void Sections_are_read_and_cut_to_the_image(string card, string section) =>
        Section.Read(Header(card), "BIASSEC", 512, 1024)!.Value.ToString().ShouldBe(section);

    [Fact]
    public void What_lies_beside_the_image_is_no_section()
    {
        Section.Read(Header("[600:700,1:10]"), "BIASSEC", 512, 1024).ShouldBeNull();
        Section.Read(new FitsHeader(), "BIASSEC", 512, 1024).ShouldBeNull();
    }

    [Theory]
    [InlineData("[1:2]")]
    [InlineData("1:2,3:4")]
    [InlineData("[1:2,3:4,5]")]
    [InlineData("[a:b,c:d]")]
    public void Anything_else_is_refused(string card) => Should.Throw<RecipeException>(() => Section.Read(Header(card), "BIASSEC", 512, 1024)).ExitCode.ShouldBe(65);
}
