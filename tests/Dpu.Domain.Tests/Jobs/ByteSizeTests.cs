using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData(4L << 30, "4GiB")]
    [InlineData(1536L << 20, "1536MiB")]
    [InlineData((64L << 20) + 1, "65MiB")]
    public void An_option_is_never_less_than_the_size(long bytes, string option) => ByteSize.Option(bytes).ShouldBe(option);
}
