using Dpu.Domain.Explaining;
using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Explaining;

public sealed class LineLevelTests
{
    [Theory]
    [InlineData("ERROR: bad frame", FindingLevel.Error)]
    [InlineData("12:03 [error] no overscan", FindingLevel.Error)]
    [InlineData("ValueError: cannot open", FindingLevel.Error)]
    [InlineData("System.IO.IOException: gone", FindingLevel.Error)]
    [InlineData("Traceback (most recent call last):", FindingLevel.Error)]
    [InlineData("Warning: 3 stars only", FindingLevel.Warning)]
    [InlineData("WARN low counts, error 0.3", FindingLevel.Warning)]
    [InlineData("errors: 0", FindingLevel.Info)]
    [InlineData("mirror and terror", FindingLevel.Info)]
    [InlineData("", FindingLevel.Info)]
    public void A_line_matters_as_the_first_word_says_that_tells(string line, FindingLevel level) => LineLevels.Of(line).ShouldBe(level);

    [Fact]
    public void What_stands_far_behind_in_a_line_does_not_count() => LineLevels.Of(new string('x', 1000) + " ERROR").ShouldBe(FindingLevel.Info);
}
