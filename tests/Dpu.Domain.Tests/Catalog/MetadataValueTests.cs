using Dpu.Domain.Catalog;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Catalog;

public sealed class MetadataValueTests
{
    [Theory]
    [InlineData(-0.0, "0")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1e300, "1E+300")]
    public void A_number_is_written_in_its_shortest_form_and_zero_without_a_sign(double number, string text) =>
        MetadataValue.Of(number).Text.ShouldBe(text);
}
