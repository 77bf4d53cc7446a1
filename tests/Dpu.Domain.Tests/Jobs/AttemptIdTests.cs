using Dpu.Domain.Jobs;
using Shouldly;
using Xunit;

namespace Dpu.Domain.Tests.Jobs;

public sealed class AttemptIdTests
{
    [Fact]
    public void It_is_written_as_job_task_attempt_and_read_back()
    {
        var attempt = new AttemptId(new JobId(84820), 12, 3);

        attempt.ToString().ShouldBe("84820/12/3");
        AttemptId.TryParse("84820/12/3", out var read).ShouldBeTrue();
        read.ShouldBe(attempt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1/2")]
    [InlineData("1/2/3/4")]
    [InlineData("1/-2/3")]
    [InlineData("1/2/ 3")]
    [InlineData("1/2/99999999999")]
    public void Anything_else_is_no_attempt(string? text) => AttemptId.TryParse(text, out _).ShouldBeFalse();
}
